// Due each minute: writes down how many tasks are done.
import { openDatabase } from './database.js'

const database = openDatabase()
const { done } = database.prepare('SELECT count(result) AS done FROM task').get()
database.prepare('INSERT INTO report (at, done) VALUES (?, ?)').run(new Date().toISOString(), done)
console.log(`${done} tasks are done`)
