import {
  asId,
  type Clock,
  type HostId,
  newId,
  type OrganisationId,
  type UserErrorFields,
} from '@slipway/core'
import type { Tx } from '@slipway/db'
import { defineJob, enqueue } from '@slipway/jobs'
import { type IdentityProof, identityProof, userErrorFields } from '@slipway/protocol'
import { z } from 'zod'
import { announceHost } from './register.ts'

/** NOTIFY channel on which the api hears that an enrolment was judged; the payload is its id. */
export const enrolmentChannel = 'host_enrolment'

/**
 * Judges whether an agent is the instance that it says it is. Handled in cloud, which may call AWS: it answers
 * with `admitHost` or `refuseHost`.
 */
export const proveHost = defineJob({
  name: 'cloud.prove-host',
  payload: z.object({ enrolmentId: z.string() }),
  attempts: 5,
  spacingSeconds: 2,
  timeoutSeconds: 30,
})

/** Keeps an agent's proof until it is judged, and asks for that. The nonce was ours and is good once: a second use throws. */
export async function askToEnrol(
  tx: Tx,
  ask: {
    organisationId: OrganisationId
    hostId: HostId
    publicKey: string
    nonce: string
    proof: IdentityProof
  },
  clock: Clock,
): Promise<string> {
  const id = newId('host', clock.now()).replace('host_', 'enrol_')
  const { organisationId } = ask
  await tx.hostEnrolment.create({ data: { id, ...ask, state: 'asked', createdAt: clock.now() } })
  await enqueue(tx, proveHost, { enrolmentId: id }, { organisationId, key: id })
  return id
}

export type Enrolment = {
  id: string
  organisationId: OrganisationId
  hostId: HostId
  publicKey: string
  nonce: string
  proof: IdentityProof
  askedAt: Date
  host: {
    kind: string
    region: string
    cloudAccountId: string
    environmentId: string | undefined
    instanceId: string | undefined
  }
  judgement: { state: 'asked' } | { state: 'admitted' } | { state: 'refused'; error: UserErrorFields }
}

/** An enrolment with what must be compared: the host's row says which instance it should be. */
export async function getEnrolment(tx: Tx, id: string): Promise<Enrolment | undefined> {
  const row = await tx.hostEnrolment.findUnique({ where: { id }, include: { host: true } })
  if (!row) return undefined
  return {
    id,
    organisationId: asId('organisation', row.organisationId),
    hostId: asId('host', row.hostId),
    publicKey: row.publicKey,
    nonce: row.nonce,
    proof: identityProof.parse(row.proof),
    askedAt: row.createdAt,
    host: {
      kind: row.host.kind,
      region: row.host.region,
      cloudAccountId: row.host.cloudAccountId,
      environmentId: row.host.environmentId ?? undefined,
      instanceId: row.host.instanceId ?? undefined,
    },
    judgement:
      row.state === 'admitted'
        ? { state: 'admitted' }
        : row.state === 'refused'
          ? { state: 'refused', error: userErrorFields.parse(row.reason) }
          : { state: 'asked' },
  }
}

/** The proof holds: the host's channel opens for this key from now on. Safe to repeat. Never raises a host that is gone. */
export async function admitHost(
  tx: Tx,
  enrolment: { enrolmentId: string; instanceId: string },
  clock: Clock,
): Promise<void> {
  const row = await tx.hostEnrolment.findUniqueOrThrow({ where: { id: enrolment.enrolmentId } })
  if (row.state !== 'asked') return
  await tx.hostEnrolment.update({ where: { id: row.id }, data: { state: 'admitted', judgedAt: clock.now() } })
  await tx.host.updateMany({
    where: { id: row.hostId, state: { not: 'gone' } },
    data: { publicKey: row.publicKey, instanceId: enrolment.instanceId },
  })
  await judged(tx, row)
}

/** The proof does not hold. The agent is told `error` and its channel is closed. Safe to repeat. */
export async function refuseHost(
  tx: Tx,
  enrolment: { enrolmentId: string; error: UserErrorFields },
  clock: Clock,
): Promise<void> {
  const row = await tx.hostEnrolment.findUniqueOrThrow({ where: { id: enrolment.enrolmentId } })
  if (row.state !== 'asked') return
  await tx.hostEnrolment.update({
    where: { id: row.id },
    data: { state: 'refused', reason: userErrorFields.parse(enrolment.error), judgedAt: clock.now() },
  })
  await judged(tx, row)
}

async function judged(tx: Tx, row: { id: string; hostId: string }): Promise<void> {
  await tx.$executeRaw`select pg_notify(${enrolmentChannel}, ${row.id})`
  await announceHost(tx, asId('host', row.hostId))
}
