// A page, and a path that says whether it is well.
import { createServer } from 'node:http'

export const server = createServer((request, response) => {
  response.end(request.url === '/healthz' ? 'ok\n' : 'Hello from everywhere\n')
})

if (import.meta.main) server.listen(Number(process.env.PORT ?? 3000))
