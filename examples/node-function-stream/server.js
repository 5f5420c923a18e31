// An ordinary HTTP server, unchanged on Lambda: it answers word by word, as a model would.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'

const words = 'Each of these words was sent on its own'.split(' ')

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/healthz') return response.end('ok\n')
  if (pathname === '/signed') {
    // The secret is read by the function's own role when it starts.
    const signature = createHmac('sha256', process.env.GREETING_KEY ?? '').update('hello').digest('hex')
    return response.end(process.env.GREETING_KEY ? `hello, signed ${signature.slice(0, 8)}\n` : 'no key\n')
  }
  if (pathname !== '/') {
    response.statusCode = 404
    return response.end('not here\n')
  }
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  for (const word of words) {
    response.write(`${word} `)
    await setTimeout(50)
  }
  response.end('\n')
}).listen(process.env.PORT, () => console.log(`listening on ${process.env.PORT}`))
