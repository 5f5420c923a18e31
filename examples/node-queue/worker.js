// Takes one task after the other out of the queue. When it is asked to end, it ends after the one it is at.
import { setTimeout as wait } from 'node:timers/promises'
import { openDatabase } from './database.js'

const database = openDatabase()
const next = database.prepare('SELECT id, words FROM task WHERE result IS NULL ORDER BY id LIMIT 1')
const finish = database.prepare('UPDATE task SET result = ? WHERE id = ?')

let isEnding = false
process.on('SIGTERM', () => {
  isEnding = true
})
while (!isEnding) {
  const task = next.get()
  if (task) {
    finish.run([...task.words].reverse().join(''), task.id)
    console.log(`did task ${task.id}`)
  } else await wait(200)
}
