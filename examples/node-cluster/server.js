// A page that says which process answered it, and an echo by web socket. Whatever host is asked, the answer is as good.
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

const words = 'First words'
const own = randomUUID()

const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok\n')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('x-process', own)
  response.end(`<!doctype html><title>${words}</title><h1>${words}</h1>\n`)
})

server.on('upgrade', (request, socket) => {
  // https://www.rfc-editor.org/rfc/rfc6455#section-1.3
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  socket.on('error', () => socket.destroy())
  // Short texts only: two bytes of head, four of mask, and what was said.
  socket.on('data', (frame) => {
    const length = frame[1] & 0x7f
    if ((frame[0] & 0x0f) !== 1 || length > 125) return socket.end()
    const mask = frame.subarray(2, 6)
    const said = Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]))
    socket.write(Buffer.concat([Buffer.from([0x81, said.length]), said]))
  })
})

server.listen(process.env.PORT)
