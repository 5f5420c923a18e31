import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { type CloudAccountId, makeLog, type OrganisationId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { createOrganisation } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cloud, openCloud, stopAssumption } from '../cloud.ts'
import { cloudJobs } from '../jobs.ts'
import { type EmulatedAws, emulateAws, platformAccount } from '../testing/emulated-aws.ts'
import { runDueJobs } from '../testing/run-jobs.ts'
import { beginConnection } from './begin-connection.ts'
import { disconnect } from './disconnect.ts'
import { checkAgain, typeAccountNumber } from './learn-account.ts'
import { takeAnnouncement } from './take-announcement.ts'
import { connectTemplate, templateVersion } from './template.ts'

let aws: EmulatedAws
let database: Awaited<ReturnType<typeof testDatabase>>
let cloud: Cloud
let organisationId: OrganisationId
const clock = stoppedClock(new Date())
const log = makeLog('test', 'silent')

beforeAll(async () => {
  ;[aws, database] = await Promise.all([emulateAws(), testDatabase()])
  cloud = openCloud(aws.config, database.db)
  organisationId = await organisation('Acme')
})

afterAll(async () => {
  await cloud?.close()
  await Promise.all([aws?.stop(), database?.close()])
})

test('an announced account turns connected by itself, and its stack was answered', async () => {
  const connection = await begin()
  const launched = aws.launch('222222222222', connection)
  await takeOneAnnouncement()
  expect(await launched).toBe('CREATE_COMPLETE')
  await runDueJobs(cloudJobs(cloud), { ...database, clock, log })
  const row = await read(connection.id)
  expect(row).toMatchObject({
    state: 'connected',
    accountNumber: '222222222222',
    templateVersion,
    reason: null,
  })
})

test('a typed number is proven like an announced one', async () => {
  const connection = await begin()
  expect(await aws.launch('444444444444', connection, { announce: false })).toBe('CREATE_COMPLETE')
  await type(connection.id, '4444-4444-4444')
  expect(await read(connection.id)).toMatchObject({ state: 'connected', accountNumber: '444444444444' })
})

test.each([
  ['without a condition', { AWS: '*' }, undefined, 'connection-admits-strangers'],
  ['with any id', { AWS: '*' }, { StringLike: { 'sts:ExternalId': '*' } }, 'connection-admits-strangers'],
  [
    'with another id',
    { AWS: '*' },
    { StringEquals: { 'sts:ExternalId': 'x'.repeat(43) } },
    'connection-not-admitted',
  ],
])(
  'a stack from a template whose role admits %s is not connected, and the error says why',
  async (_, principal, condition, code) => {
    const connection = await begin()
    const account = String(500000000000 + Math.floor(Math.random() * 1e9))
    expect(
      await aws.launch(account, connection, { announce: false, template: tampered(principal, condition) }),
    ).toBe('CREATE_COMPLETE')
    await type(connection.id, account)
    // IAM is given a minute before a refusal counts.
    for (let second = 0; second < 70; second += 5) {
      clock.advance(5000)
      await runDueJobs(cloudJobs(cloud), { ...database, clock, log })
    }
    expect(await read(connection.id)).toMatchObject({ state: 'refused', connectedAt: null, reason: { code } })
  },
)

test('an account belongs to one organisation at a time', async () => {
  const other = await organisation('Bolt')
  const connection = await begin(other)
  expect(await aws.launch('222222222222', connection, { announce: false })).toBe('CREATE_COMPLETE')
  await type(connection.id, '222222222222', other)
  expect(await read(connection.id, other)).toMatchObject({
    state: 'refused',
    reason: { code: 'connection-account-taken' },
  })
})

test('a connection whose role is gone is broken since then, and mends itself when the role is back', async () => {
  const connection = await begin()
  await aws.launch('666666666666', connection, { announce: false })
  await type(connection.id, '666666666666')
  expect(await read(connection.id)).toMatchObject({ state: 'connected' })
  await aws.remove('666666666666', connection.id)
  clock.advance(86_400_000)
  const broke = clock.now()
  for (let second = 0; second < 70; second += 5) {
    await runDueJobs(cloudJobs(cloud), { ...database, clock, log })
    clock.advance(5000)
  }
  const broken = await read(connection.id)
  expect(broken).toMatchObject({ state: 'broken', reason: { code: 'connection-not-admitted' } })
  expect(broken.brokenSince?.getTime()).toBeGreaterThanOrEqual(broke.getTime())
  await aws.launch('666666666666', connection, { announce: false })
  await database.db.inOrganisation(organisationId, (tx) =>
    checkAgain(tx, { organisationId, id: connection.id }, clock.now()),
  )
  await runDueJobs(cloudJobs(cloud), { ...database, clock, log })
  expect(await read(connection.id)).toMatchObject({ state: 'connected', brokenSince: null, reason: null })
})

test('a disconnected account cannot be entered any more', async () => {
  const connection = await begin()
  await aws.launch('777777777777', connection, { announce: false })
  await type(connection.id, '777777777777')
  await database.db.inOrganisation(organisationId, (tx) =>
    disconnect(tx, { organisationId, id: connection.id, by: 'usr_someone' }, clock.now()),
  )
  const row = await read(connection.id)
  expect(row.state).toBe('disconnected')
  const attempt = await cloud.sessions.attempt(
    { id: connection.id, organisationId, number: '777777777777', externalId: row.externalId },
    row.externalId,
  )
  expect(attempt.assumed).toBe(false)
})

test("Slipway's own account and what is no number are refused before any call", async () => {
  const connection = await begin()
  await expect(type(connection.id, platformAccount)).rejects.toThrow(/own AWS account/)
  await expect(type(connection.id, '12345')).rejects.toThrow(/not an AWS account number/)
})

test('one switch stops every assumption', async () => {
  const setting = (value: boolean) =>
    database.db.inSystem('stop all assumption', (tx) =>
      tx.systemSetting.upsert({
        where: { key: stopAssumption },
        create: { key: stopAssumption, value },
        update: { value },
      }),
    )
  const row = await database.db.inOrganisation(organisationId, (tx) =>
    tx.cloudAccount.findFirstOrThrow({ where: { accountNumber: '222222222222', state: 'connected' } }),
  )
  const connection = {
    id: row.id as CloudAccountId,
    organisationId,
    number: '222222222222',
    externalId: row.externalId,
  }
  await cloud.sessions.clients(connection, 'observe', 'us-east-1')
  await setting(true)
  await expect(cloud.sessions.clients(connection, 'observe', 'us-east-1')).rejects.toMatchObject({
    fields: { code: 'assumption-stopped' },
  })
  await setting(false)
})

async function organisation(name: string): Promise<OrganisationId> {
  const owner = await addPerson(database.db, 'Ada')
  return (await createOrganisation(database.db, { name, userId: owner }, clock)).id
}

async function begin(of = organisationId) {
  return database.db.inOrganisation(of, async (tx) => {
    const id = await beginConnection(tx, aws.config, { organisationId: of, name: 'production' }, clock.now())
    const { externalId } = await tx.cloudAccount.findUniqueOrThrow({ where: { id } })
    return { id, externalId }
  })
}

async function type(id: CloudAccountId, number: string, of = organisationId) {
  await database.db.inOrganisation(of, (tx) =>
    typeAccountNumber(tx, aws.config, { organisationId: of, id, number }, clock.now()),
  )
  await runDueJobs(cloudJobs(cloud), { ...database, clock, log })
}

const read = (id: CloudAccountId, of = organisationId) =>
  database.db.inOrganisation(of, (tx) => tx.cloudAccount.findUniqueOrThrow({ where: { id } }))

async function takeOneAnnouncement(): Promise<void> {
  const QueueUrl = aws.config.announceQueueUrl
  for (;;) {
    const { Messages } = await cloud.own.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))
    for (const { Body, ReceiptHandle } of Messages ?? []) {
      await takeAnnouncement(Body ?? '', { db: database.db, config: aws.config, clock, log })
      await cloud.own.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      return
    }
  }
}

/** The connect template with another trust in its role. */
function tampered(Principal: unknown, Condition: unknown): unknown {
  const template = JSON.parse(JSON.stringify(connectTemplate()))
  template.Resources.Control.Properties.AssumeRolePolicyDocument = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...(Condition !== undefined && { Condition }) },
      { Effect: 'Allow', Principal, Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
    ],
  }
  return template
}
