// One page with a counter that lies in SQLite on the app's disk, so that it goes on counting after each push.
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

const words = 'Hello from a push'

const folder = process.env.DATA_FOLDER ?? '/data'
mkdirSync(folder, { recursive: true })
const database = new DatabaseSync(`${folder}/counter.sqlite`)
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000')
database.exec('CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL)')
database.exec('INSERT OR IGNORE INTO visit VALUES (1, 0)')
const count = database.prepare('UPDATE visit SET count = count + 1 WHERE id = 1 RETURNING count')

const page = (visits) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>${words}</title>
    <style>
      :root { color-scheme: light dark; font: 1.25rem/1.5 system-ui, sans-serif }
      body { display: grid; place-content: center; min-height: 100vh; margin: 0; text-align: center }
      strong { display: block; font-size: 5rem; line-height: 1 }
    </style>
  </head>
  <body>
    <h1>${words}</h1>
    <p><strong>${visits}</strong> visits, counted in SQLite on the disk of this server.</p>
  </body>
</html>
`

const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok\n')
  if (request.url !== '/') return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(count.get().count))
})
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`listening on ${server.address().port}`))

process.on('SIGTERM', () => {
  server.close(() => {
    database.close()
    process.exit(0)
  })
  server.closeIdleConnections()
})
