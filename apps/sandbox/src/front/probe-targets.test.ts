import { createServer, type Server } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../parts/ready.ts'
import type { Group } from './balancer-record.ts'
import { type Health, nextHealth, type Probed, probe } from './probe-targets.ts'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

test.each<[Health, number, boolean, Health, number]>([
  ['initial', 0, true, 'healthy', 0],
  ['initial', 0, false, 'initial', 1],
  ['initial', 2, false, 'unhealthy', 0],
  ['healthy', 1, true, 'healthy', 0],
  ['healthy', 0, false, 'healthy', 1],
  ['healthy', 2, false, 'unhealthy', 0],
  ['unhealthy', 0, true, 'unhealthy', 1],
  ['unhealthy', 1, true, 'healthy', 0],
  ['unhealthy', 1, false, 'unhealthy', 0],
])('what is %s after %i others, asked with the answer %s, is %s', (health, inRow, isGood, next, left) => {
  const check = { healthyCount: 2, unhealthyCount: 3 }
  expect(nextHealth({ health, inRow }, isGood, check)).toEqual({ health: next, inRow: left })
})

test('targets are really asked, as often as their group says, and one that is taken out is forgotten', async () => {
  let asked = 0
  const port = await freePort()
  const server = createServer((request, response) => {
    asked++
    response.writeHead(request.url === '/ready' ? 200 : 404).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const check = {
    path: '/ready',
    intervalSeconds: 5,
    timeoutSeconds: 1,
    healthyCount: 2,
    unhealthyCount: 1,
    statuses: '200-299',
  }
  const targets = [
    { id: 'i-here', port },
    { id: 'i-gone', port },
  ]
  const group: Group = { arn: 'arn', check, isSticky: false, targets }
  const probed = new Map<string, Probed>()
  const placeOf = (id: string) => (id === 'i-here' ? { host: '127.0.0.1', port } : undefined)
  const health = () => [...probed.values()].map((one) => one.health)
  expect(await probe([group], probed, placeOf, 10_000)).toBe(true)
  expect(health()).toEqual(['healthy', 'unhealthy'])
  expect(await probe([group], probed, placeOf, 14_000)).toBe(false)
  expect(asked).toBe(1)
  await probe([group], probed, placeOf, 15_000)
  expect(asked).toBe(2)
  await probe([{ ...group, targets: targets.slice(0, 1) }], probed, placeOf, 16_000)
  expect(probed.size).toBe(1)
})
