// Each customer has a cell of its own, which says whose it is.
import { createServer } from 'node:http'

createServer((request, response) => {
  response.end(request.url === '/healthz' ? 'ok\n' : `Served from ${process.env.SLIPWAY_REGION ?? 'here'}\n`)
}).listen(Number(process.env.PORT ?? 3000))
