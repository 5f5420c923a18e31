import { type Clock, type CloudAccountId, type Log, makeLog, type OrganisationId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { createOrganisation } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { type Cloud, openCloud } from '../cloud.ts'
import { beginConnection } from '../connect/begin-connection.ts'
import { typeAccountNumber } from '../connect/learn-account.ts'
import { cloudJobs } from '../jobs.ts'
import type { AccountContext, StepResult } from '../targets/target.ts'
import { type EmulatedAws, emulateAws } from './emulated-aws.ts'
import { runDueJobs } from './run-jobs.ts'

/** For tests: an organisation with a connected account in the emulator, and what its steps are run with. */
export type ConnectedAccount = {
  aws: EmulatedAws
  cloud: Cloud
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  account: string
  log: Log
  clock: Clock
  db: Awaited<ReturnType<typeof testDatabase>>['db']
  context(said?: string[]): AccountContext
  close(): Promise<void>
}

export async function connectAccount(clock: Clock, account = '222222222222'): Promise<ConnectedAccount> {
  const [aws, database] = await Promise.all([emulateAws(), testDatabase()])
  const { db } = database
  const log = makeLog('test', 'silent')
  const cloud = openCloud(aws.config, db)
  const userId = await addPerson(db, 'Ada')
  const { id: organisationId } = await createOrganisation(db, { name: 'Acme', userId }, clock)
  const connection = await db.inOrganisation(organisationId, async (tx) => {
    const id = await beginConnection(tx, aws.config, { organisationId, name: 'production' }, clock.now())
    return { id, externalId: (await tx.cloudAccount.findUniqueOrThrow({ where: { id } })).externalId }
  })
  await aws.launch(account, connection, { announce: false })
  await db.inOrganisation(organisationId, (tx) =>
    typeAccountNumber(tx, aws.config, { organisationId, id: connection.id, number: account }, clock.now()),
  )
  await runDueJobs(cloudJobs(cloud), { db, clock, log })
  return {
    aws,
    cloud,
    organisationId,
    cloudAccountId: connection.id,
    account,
    log,
    clock,
    db,
    context: (said = []) => ({
      db,
      cloud,
      clock,
      log,
      organisationId,
      cloudAccountId: connection.id,
      region: 'us-east-1',
      wake: { name: 'test.wake', payload: {} },
      memory: {},
      say: async (line) => void said.push(line),
    }),
    async close() {
      await cloud.close()
      await Promise.all([aws.stop(), database.close()])
    },
  }
}

/** Runs what waits again and again until it ends; in a test nobody parks it. */
export async function untilEnded<T extends { state: string } | StepResult>(
  run: () => Promise<T>,
): Promise<T> {
  for (let turn = 0; turn < 200; turn++) {
    const result = await run()
    if (result.state !== 'wait' && result.state !== 'waiting') return result
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it never ended')
}
