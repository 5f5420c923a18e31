import { randomBytes } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type CloudAccountId, stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { artifactKey, artifactsWaitFor, bringArtifact } from './artifacts.ts'
import { ensureBase, readBase } from './base/ensure-base.ts'
import { beginConnection } from './connect/begin-connection.ts'
import { typeAccountNumber } from './connect/learn-account.ts'
import { templateVersionWithArtifacts } from './connect/template.ts'
import { cloudJobs } from './jobs.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from './testing/connected-account.ts'
import { runDueJobs } from './testing/run-jobs.ts'

type Place = { cloudAccountId: CloudAccountId; region: string; account: string }

const clock = stoppedClock(new Date())
let on: ConnectedAccount
let dev: Place
let prod: Place

beforeAll(async () => {
  on = await connectAccount(clock)
  dev = { cloudAccountId: on.cloudAccountId, region: 'us-east-1', account: on.account }
  const account = '333333333333'
  prod = { cloudAccountId: await connectAnother(account), region: 'eu-west-1', account }
  for (const place of [dev, prod]) await untilEnded(() => ensureBase({ ...on.context(), ...place }))
})
afterAll(() => on?.close())

test.each([
  ['small', 20],
  ['of several parts', 20 * 1_048_576 + 1],
])('what a step kept is brought to another account and region, %s', async (_, sizeBytes) => {
  const bytes = randomBytes(sizeBytes)
  const key = artifactKey(`exe_one/staging/after/0/${sizeBytes}`, 1)
  await s3In(dev).send(new PutObjectCommand({ Bucket: await bucketIn(dev), Key: key, Body: bytes }))
  const bring = () => bringArtifact({ ...on.context(), ...prod }, { ...dev, key, sizeBytes })
  expect(await bring()).toBe('copied')
  expect(await bring()).toBe('there')
  const { Body } = await s3In(prod).send(new GetObjectCommand({ Bucket: await bucketIn(prod), Key: key }))
  expect(bytes.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true)
})

test('what is gone, or is of another size than the step said, is not brought', async () => {
  const key = artifactKey('exe_one/staging/after/1/1', 1)
  const bring = (sizeBytes: number) => bringArtifact({ ...on.context(), ...prod }, { ...dev, key, sizeBytes })
  expect(await bring(3)).toBe('gone')
  await s3In(dev).send(new PutObjectCommand({ Bucket: await bucketIn(dev), Key: key, Body: 'abc' }))
  expect(await bring(2)).toBe('gone')
  expect(await bring(3)).toBe('copied')
})

test('an account whose connect stack is older than artifacts has to be updated first', async () => {
  const waitsFor = (templateVersion: number | null) =>
    on.db.inOrganisation(on.organisationId, async (tx) => {
      await tx.cloudAccount.update({ where: { id: on.cloudAccountId }, data: { templateVersion } })
      return artifactsWaitFor(tx, on.cloudAccountId)
    })
  expect(await waitsFor(templateVersionWithArtifacts - 1)).toContain('production')
  expect(await waitsFor(templateVersionWithArtifacts)).toBeUndefined()
  expect(await waitsFor(null)).toBeUndefined()
})

const s3In = ({ account, region }: Place) =>
  new S3Client({ ...on.aws.root(account), region, forcePathStyle: true })

async function bucketIn(place: Place): Promise<string> {
  return (await on.db.inOrganisation(on.organisationId, (tx) => readBase(tx, place))).bucket
}

/** A second account of the same organisation. */
async function connectAnother(number: string): Promise<CloudAccountId> {
  const { db, aws, organisationId, log, cloud } = on
  const { id, externalId } = await db.inOrganisation(organisationId, async (tx) => {
    const id = await beginConnection(tx, aws.config, { organisationId, name: 'other' }, clock.now())
    const { externalId } = await tx.cloudAccount.findUniqueOrThrow({ where: { id } })
    return { id, externalId }
  })
  await aws.launch(number, { id, externalId }, { announce: false })
  await db.inOrganisation(organisationId, (tx) =>
    typeAccountNumber(tx, aws.config, { organisationId, id, number }, clock.now()),
  )
  await runDueJobs(cloudJobs(cloud), { db, clock, log })
  return id
}
