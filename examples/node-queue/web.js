// Takes tasks and shows what became of them: POST / puts one into the queue, GET / lists them.
import { createServer } from 'node:http'
import { openDatabase } from './database.js'

const database = openDatabase()
const add = database.prepare('INSERT INTO task (words) VALUES (?)')
const tasks = database.prepare('SELECT words, result FROM task ORDER BY id DESC LIMIT 50')
const reports = database.prepare('SELECT count(*) AS count, max(done) AS done FROM report')

const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok\n')
  if (request.url === '/reports') return response.end(JSON.stringify(reports.get()))
  if (request.url !== '/') return response.writeHead(404).end('Not found\n')
  if (request.method === 'POST') {
    let words = ''
    for await (const piece of request) words += piece
    add.run(words.slice(0, 200))
    return response.writeHead(202).end('queued\n')
  }
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(['Tasks', ...tasks.all().map(({ words, result }) => `${words}: ${result ?? 'waits'}`), ''].join('\n'))
})
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`listening on ${server.address().port}`))

process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
