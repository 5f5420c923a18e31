import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, findEnvironment } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { endCommand, expectHost, pendingCommands } from '@slipway/hosts'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { rollBack } from './actions.ts'
import { sendToHost } from './send-to-host-testing.ts'
import { pushTo, runDueJobs, testHandlers, unreachableCloud } from './testing.ts'

const { db, close } = await testDatabase()
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const cloud = unreachableCloud(db)
afterAll(async () => {
  await cloud.close()
  await close()
})
const handlers = testHandlers(db, { runTarget: sendToHost(cloud) })

const manifest = `services:
  web:
    run: node server.js
    hooks: { boot: ops/boot.sh, before-switch: ops/warm.sh, after-switch: { run: ops/tell.sh, timeout: 9s } }
`
const told = z.object({ spec: z.object({ services: z.array(z.object({ hooks: z.unknown() })) }) })

/** The hooks of the deployment that the host is told next, which it answers with success. */
async function hooksTold(app: App): Promise<unknown> {
  await runDueJobs(db, clock, handlers)
  const { command, answer } = await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app.name, 'production')
    const host = await tx.host.findFirstOrThrow({ where: { environmentId: environment.id } })
    const hostId = asId('host', host.id)
    const [command] = await pendingCommands(tx, hostId, clock)
    const outcome = { ok: true as const, output: { phases: [], services: [], heldMilliseconds: 0 } }
    if (command !== undefined) await endCommand(tx, { hostId, id: command.id, outcome }, clock)
    return { command, answer: command?.id }
  })
  expect(answer).toBeDefined()
  await runDueJobs(db, clock, handlers)
  return told.parse(command?.command).spec.services[0]?.hooks
}

test('a host is told of all hooks by a push, and of the one of the boot alone on the way back', async () => {
  const app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app.name, 'production')
    const { cloudAccountId, region, id: environmentId } = environment
    await expectHost(tx, { organisationId, cloudAccountId, region, kind: 'host', environmentId }, {}, clock)
  })
  const push = () => pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  const boot = { run: 'ops/boot.sh', root: '', timeoutSeconds: 300 }
  await push()
  expect(await hooksTold(app)).toEqual({
    boot,
    beforeSwitch: { run: 'ops/warm.sh', root: '', timeoutSeconds: 300 },
    afterSwitch: { run: 'ops/tell.sh', root: '', timeoutSeconds: 9 },
  })
  clock.advance(1000)
  await push()
  await hooksTold(app)
  const back = { app: app.name, environment: 'production', release: 1, by: userId, reason: null }
  await rollBack(db, organisationId, back, clock)
  expect(await hooksTold(app)).toEqual({ boot })
})
