import net from 'node:net'
import { deployedService } from '@slipway/protocol'
import { expect, it } from 'vitest'
import { freePort } from '../testing/running-agent.ts'
import { isConnectedToItself, probeHealth } from './probe-health.ts'

const service = deployedService.parse({ id: 'svc_00000000000000000000000000', name: 'web' })

it('says that nothing listens, however little time a probe is given', async () => {
  const port = await freePort()
  for (let i = 0; i < 50; i++)
    expect(await probeHealth(service, port, 1)).toStrictEqual({ state: 'not-listening' })
})

it('says that something listens that gives no answer', async () => {
  const silent = net.createServer()
  const port = await freePort()
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  expect(await probeHealth(service, port, 300)).toMatchObject({
    state: 'unhealthy',
    reason: 'GET / gave no answer within 0.3 seconds',
  })
  silent.close()
})

it('tells a connection that TCP joined to itself', async () => {
  const port = await freePort()
  const socket = net.connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  expect(isConnectedToItself(socket)).toBe(true)
  socket.destroy()
})
