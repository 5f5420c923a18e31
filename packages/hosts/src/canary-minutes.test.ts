import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { latencyBoundsMilliseconds, type MinuteOfCanary } from '@slipway/protocol'
import { afterAll, expect, test } from 'vitest'
import { readCanaries, storeCanaryMinute } from './canary-minutes.ts'
import { expectHost } from './register.ts'
import { addHost } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:10:00Z'))
const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString()

/** All of its requests took 10 to 20 ms, but for the slow ones, which took half a second at most. */
function answered(requests: number, errors = 0, slow = 0): MinuteOfCanary['new'] {
  const latency = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)
  latency[latencyBoundsMilliseconds.indexOf(20)] = requests - slow
  latency[latencyBoundsMilliseconds.indexOf(500)] = slow
  return { requests, errors, latency }
}

const unknown = { old: null, new: null }
const judgement: MinuteOfCanary['judgement'] = {
  is: 'inconclusive',
  worse: [],
  lacks: ['new-latency'],
  requests: { old: 90, new: 10 },
  errors: { evidence: 1, min: 200, old: 0, new: 0 },
  latency: { evidence: 1, min: 200, middle: unknown, slowestTwentieth: unknown },
}

type Host = Awaited<ReturnType<typeof addHost>>
const deploymentId = newId('deployment')
function say({ organisationId, hostId, environmentId, serviceId }: Host, minute: Partial<MinuteOfCanary>) {
  const whole = { old: answered(90), new: answered(10), percent: 10, judgement, minute: at(0), ...minute }
  const of = { organisationId, hostId, environmentId, minute: { deploymentId, serviceId, ...whole } }
  return db.inOrganisation(organisationId, (tx) => storeCanaryMinute(tx, of, clock))
}
function read({ organisationId, environmentId }: Host) {
  const deployments = [{ id: deploymentId, environmentId }]
  return db.inOrganisation(organisationId, (tx) => readCanaries(tx, { organisationId, deployments }))
}

/** A host of another environment of the same app. */
function besideOf(host: Host): Promise<Host> {
  const { organisationId } = host
  return db.inOrganisation(organisationId, async (tx) => {
    const environment = await tx.environment.findUniqueOrThrow({ where: { id: host.environmentId } })
    const environmentId = newId('environment')
    const { appId, cloudAccountId: account, region, createdAt } = environment
    const place = { organisationId, cloudAccountId: asId('cloudAccount', account), region }
    const data = { ...place, id: environmentId, appId, name: 'staging', gatePort: 81, createdAt }
    await tx.environment.create({ data })
    const hostId = await expectHost(tx, { ...place, kind: 'host', environmentId }, {}, clock)
    return { ...host, environmentId, hostId }
  })
}

test('what is said later of a minute takes its place, and a minute that was not told of is a gap', async () => {
  const host = await addHost(db, clock)
  expect(await read(host)).toEqual([])
  await say(host, { minute: at(1) })
  const later = { minute: at(1), new: answered(20, 1, 2) }
  await say(host, later)
  await say(host, later)
  const bad = { ...judgement, is: 'bad' as const, worse: ['errors' as const], lacks: [] }
  await say(host, { minute: at(3), percent: 50, judgement: bad })
  expect(await read(host)).toEqual([
    {
      deploymentId,
      serviceId: host.serviceId,
      startsAt: at(1),
      minutes: [
        {
          percent: 10,
          old: {
            requests: 90,
            errors: 0,
            p50Milliseconds: 15,
            p95Milliseconds: 19.5,
            p99Milliseconds: 19.9,
          },
          new: {
            requests: 20,
            errors: 1,
            p50Milliseconds: 15.6,
            p95Milliseconds: 350,
            p99Milliseconds: 470,
          },
        },
        null,
        expect.objectContaining({ percent: 50 }),
      ],
      judgement: bad,
    },
  ])
})

test('a host is believed about the deployments of its own environment alone, and about days that are near', async () => {
  const host = await addHost(db, clock)
  await say(await besideOf(host), {})
  await say(host, { minute: '2026-11-20T10:00:00.000Z' })
  expect(await read(host)).toEqual([])
})
