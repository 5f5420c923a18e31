import { isId, type OrganisationId, realClock, type UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { admitHost, type Enrolment, getEnrolment, refuseHost } from '@slipway/hosts'
import type { JobContext } from '@slipway/jobs'
import { connectionOf } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import { judgeInstance } from '../decide/judge-instance.ts'
import { runnerStackName } from '../names.ts'
import type { Connection } from '../session.ts'
import { findEnvironmentStack } from '../stacks/stack-row.ts'
import { type ExpectedIdentity, expectedHost, expectedRunner } from './host-identity.ts'
import { proveIdentity, stsEndpoint } from './prove-identity.ts'
import { readInstance } from './read-instance.ts'

/**
 * Judges an agent's proof: AWS says whose signature it is, and our own session says whether that instance is the
 * one that the host's row waits for. Ends in `admitHost` or `refuseHost`. Safe to repeat; throws while AWS cannot
 * be asked, so that the job is tried again.
 */
export async function verifyEnrolment(
  cloud: Cloud,
  enrolmentId: string,
  { db, clock, organisationId, log }: JobContext & { organisationId: OrganisationId },
): Promise<void> {
  const found = await db.inOrganisation(organisationId, async (tx) => {
    const enrolment = await getEnrolment(tx, enrolmentId)
    if (enrolment?.judgement.state !== 'asked') return undefined
    const { cloudAccountId } = enrolment.host
    if (!isId('cloudAccount', cloudAccountId)) return undefined
    const connection = await connectionOf(tx, cloudAccountId)
    return { enrolment, connection, expected: await expectedIdentity(tx, enrolment, connection) }
  })
  if (!found) return
  const why = await objection(cloud, found.enrolment, found.connection, found.expected)
  await db.inOrganisation(organisationId, async (tx) => {
    if ('instanceId' in why) return admitHost(tx, { enrolmentId, instanceId: why.instanceId }, clock)
    log.warn({ host: found.enrolment.hostId, objection: why.objection }, 'an agent was refused')
    return refuseHost(tx, { enrolmentId, error: notThatHost(why.objection) }, clock)
  })
}

async function objection(
  cloud: Cloud,
  enrolment: Enrolment,
  connection: Connection,
  expected: ExpectedIdentity | undefined,
): Promise<{ instanceId: string } | { objection: string }> {
  if (!expected) return { objection: 'no stack was made for it' }
  const { region } = enrolment.host
  const result = await proveIdentity(enrolment.proof, {
    sts: stsEndpoint(region, cloud.config.hostAwsEndpoint),
    nonce: enrolment.nonce,
    regions: [region],
    now: realClock.now(),
  })
  if (!result.proven) return { objection: result.why }
  const { ec2 } = await cloud.sessions.clients(connection, 'observe', region)
  const instance = await readInstance(ec2, result.identity.instanceId)
  const why = judgeInstance(result.identity, expected, instance)
  if (why) return { objection: why }
  // Hosts of a group share their role and their stack: which of them it is decides.
  const { instanceId } = result.identity
  const isOther = enrolment.host.instanceId !== undefined && enrolment.host.instanceId !== instanceId
  return isOther ? { objection: `it is ${instanceId}` } : { instanceId }
}

async function expectedIdentity(
  tx: Tx,
  { host }: Enrolment,
  connection: Connection,
): Promise<ExpectedIdentity | undefined> {
  if (host.kind === 'runner')
    return expectedRunner(connection.number, connection.id, runnerStackName(connection.id))
  const { environmentId } = host
  if (environmentId === undefined || !isId('environment', environmentId)) return undefined
  const name =
    (await findEnvironmentStack(tx, environmentId, 'server')) ??
    (await findEnvironmentStack(tx, environmentId, 'cluster'))
  return name ? expectedHost(connection.number, environmentId, name) : undefined
}

function notThatHost(objection: string): UserErrorFields {
  return {
    code: 'host-not-proven',
    kind: 'forbidden',
    what: 'This instance is not the one that Slipway made for this host.',
    why: `What AWS says of it does not fit: ${objection}.`,
    todo: 'Only instances that Slipway made can be hosts. End this one if you copied it from a host.',
  }
}
