import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** The one file that all processes of the app share, on its disk. */
export function openDatabase() {
  const folder = process.env.DATA_FOLDER ?? '/data'
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(`${folder}/queue.sqlite`)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000')
  return database
}
