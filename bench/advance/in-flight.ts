import { createHash } from 'node:crypto'
import {
  type AppId,
  type ExecutionId,
  newId,
  type OrganisationId,
  realClock,
} from '../../packages/core/src/index.ts'
import type { Database } from '../../packages/db/src/index.ts'
import type { App } from '../../packages/environments/src/index.ts'
import { addTenant } from '../../packages/environments/src/testing.ts'
import { plan, treeOf } from '../../packages/manifest/src/index.ts'
import type { ExecutionEvent } from '../../packages/pipeline/src/decide/event.ts'
import { receivePush, recordEvent } from '../../packages/pipeline/src/index.ts'
import { addApp } from '../ground/apps.ts'

const organisations = 50
const appsEach = 10

/** An execution in flight. */
export type Started = { organisationId: OrganisationId; appId: AppId; executionId: ExecutionId }

/** Five hundred apps. */
export async function addApps(db: Database): Promise<App[]> {
  const apps: App[] = []
  for (let count = 0; count < organisations; count++) {
    const tenant = await addTenant(db, realClock)
    for (let index = 0; index < appsEach; index++) apps.push(await addApp(db, tenant, `app-${index}`))
  }
  return apps
}

const read = plan(treeOf({ Procfile: 'web: ./run\n', run: { executable: '#!/bin/sh\n' } }))

export async function push(db: Database, app: App, round: number): Promise<Started> {
  const { organisationId, id: appId } = app
  const now = realClock.now()
  const sha = createHash('sha1').update(`${appId} ${round}`).digest('hex')
  const head = {
    sha,
    authorName: 'Ines',
    authorEmail: 'ines@example.com',
    authoredAt: now,
    subject: `Change ${round}`,
    message: `Change ${round}`,
  }
  const pushed = {
    id: newId('push'),
    organisationId,
    appId,
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: sha,
    by: 'slipway',
    receivedAt: now,
    commits: [head],
    head,
    plan: await read,
  }
  const outcome = await db.inOrganisation(organisationId, (tx) =>
    receivePush(tx, pushed, { clock: realClock, db, gatePorts: { first: 80, last: 80 } }),
  )
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  return { organisationId, appId, executionId: outcome.executionId }
}

/** What a runner or a host answers, as its job records it. */
export async function record(db: Database, one: Started, event: ExecutionEvent): Promise<void> {
  await db.inOrganisation(one.organisationId, (tx) => recordEvent(tx, one.executionId, event))
}
