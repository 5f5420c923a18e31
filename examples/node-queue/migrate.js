// The release command: runs once before a release takes over. The release before still serves, so it only ever adds.
import { openDatabase } from './database.js'

const database = openDatabase()
database.exec(`
  CREATE TABLE IF NOT EXISTS task (id INTEGER PRIMARY KEY, words TEXT NOT NULL, result TEXT);
  CREATE TABLE IF NOT EXISTS report (at TEXT NOT NULL, done INTEGER NOT NULL);
`)
console.log('the tables are there')
