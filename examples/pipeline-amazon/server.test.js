import { strictEqual } from 'node:assert'
import { once } from 'node:events'
import { test } from 'node:test'
import { server } from './server.js'

// What has been deployed where there is some, else this very commit.
async function address() {
  if (process.env.SLIPWAY_URL) return process.env.SLIPWAY_URL
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `http://127.0.0.1:${server.address().port}`
}

test('it is well', async () => {
  const response = await fetch(new URL('/healthz', await address()))
  strictEqual(await response.text(), 'ok\n')
})
