import {
  asId,
  type Clock,
  type CloudAccountId,
  type EnvironmentId,
  type HostId,
  hostIdOfInstance,
  newId,
  type OrganisationId,
} from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import type { Architecture } from '@slipway/protocol'

export type HostPlace = {
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  region: string
  kind: 'host' | 'runner'
  /** Of a host; a runner has none. */
  environmentId?: EnvironmentId | undefined
}
export type HostFacts = {
  instanceId?: string
  instanceType?: string
  architecture?: Architecture
  address?: string
}

/**
 * The host of this place: the one that is there, else a new row that waits for its instance. Safe to repeat;
 * a host that is gone is never taken up again.
 */
export async function expectHost(tx: Tx, place: HostPlace, facts: HostFacts, clock: Clock): Promise<HostId> {
  const there = await findHost(tx, place)
  if (there) {
    await updateHost(tx, there.id, facts)
    return there.id
  }
  const id = newId('host', clock.now())
  const { organisationId, cloudAccountId, region, kind, environmentId = null } = place
  await tx.host.create({
    data: {
      id,
      organisationId,
      cloudAccountId,
      region,
      kind,
      environmentId,
      state: 'expected',
      createdAt: clock.now(),
      ...facts,
    },
  })
  return id
}

/**
 * The instances that a group of an environment has now: a row is made for each that is new, and a host whose instance is not
 * among them never comes back. Safe to repeat.
 */
export async function expectMembers(
  tx: Tx,
  place: HostPlace & { kind: 'host'; environmentId: EnvironmentId },
  members: readonly { instanceId: string; instanceType: string | undefined }[],
  clock: Clock,
): Promise<void> {
  const { organisationId, cloudAccountId, region, kind, environmentId } = place
  await tx.host.createMany({
    data: members.map(({ instanceId, instanceType = null }) => ({
      id: hostIdOfInstance(environmentId, instanceId),
      organisationId,
      cloudAccountId,
      region,
      kind,
      environmentId,
      instanceId,
      instanceType,
      state: 'expected',
      createdAt: clock.now(),
    })),
    skipDuplicates: true,
  })
  const there = members.map(({ instanceId }) => instanceId)
  const ended = (await findHosts(tx, place)).filter(({ instanceId }) => !there.includes(instanceId ?? ''))
  for (const { id } of ended) await markHost(tx, id, 'gone')
}

export type HostSummary = {
  id: HostId
  /** expected: never seen; online, offline: has a channel or lost it; stopped: its instance is; gone: never comes back. */
  state: HostState
  instanceId: string | undefined
  instanceType: string | undefined
  architecture: string | undefined
  address: string | undefined
  idleSince: Date | undefined
  lastSeenAt: Date | undefined
}
export type HostState = 'expected' | 'online' | 'offline' | 'stopped' | 'gone'

/** The living host of a place: of an environment, or the runner of an account and region. */
export async function findHost(
  tx: Tx,
  place: Omit<HostPlace, 'organisationId'> & { organisationId: OrganisationId },
): Promise<HostSummary | undefined> {
  const { organisationId, cloudAccountId, region, kind, environmentId = null } = place
  const row = await tx.host.findFirst({
    where: { organisationId, cloudAccountId, region, kind, environmentId, state: { not: 'gone' } },
    orderBy: { createdAt: 'desc' },
  })
  return row ? summaryOf(row) : undefined
}

/** All living hosts of a place, the oldest first. */
export async function findHosts(tx: Tx, place: HostPlace): Promise<HostSummary[]> {
  const { organisationId, cloudAccountId, region, kind, environmentId = null } = place
  const rows = await tx.host.findMany({
    where: { organisationId, cloudAccountId, region, kind, environmentId, state: { not: 'gone' } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  return rows.map(summaryOf)
}

/** A host by its id, also one that is gone. */
export async function getHost(tx: Tx, id: HostId): Promise<HostSummary | undefined> {
  const row = await tx.host.findUnique({ where: { id } })
  return row ? summaryOf(row) : undefined
}

/** What AWS says of its instance. Fields that are left out stay. */
export async function updateHost(tx: Tx, id: HostId, facts: HostFacts): Promise<void> {
  if (Object.keys(facts).length > 0) await tx.host.updateMany({ where: { id }, data: facts })
}

/** Its instance was stopped (it may come back) or is gone (it never does); what it said of its services is no longer so. */
export async function markHost(tx: Tx, id: HostId, state: 'stopped' | 'gone' | 'expected'): Promise<void> {
  await tx.host.updateMany({
    where: { id, state: { not: 'gone' } },
    data: { state, connectedAt: null, idleSince: null, health: [] },
  })
  await announceHost(tx, id)
}

/** Tells whoever looks at the environment of a host. */
export async function announceHost(tx: Tx, id: HostId): Promise<void> {
  const row = await tx.host.findUnique({
    where: { id },
    select: { organisationId: true, environmentId: true },
  })
  if (row?.environmentId)
    await announce(tx, asId('organisation', row.organisationId), `environment:${row.environmentId}`)
}

type Row = {
  id: string
  state: string
  instanceId: string | null
  instanceType: string | null
  architecture: string | null
  address: string | null
  idleSince: Date | null
  lastSeenAt: Date | null
}

function summaryOf(row: Row): HostSummary {
  return {
    id: asId('host', row.id),
    state: stateOf(row.state),
    instanceId: row.instanceId ?? undefined,
    instanceType: row.instanceType ?? undefined,
    architecture: row.architecture ?? undefined,
    address: row.address ?? undefined,
    idleSince: row.idleSince ?? undefined,
    lastSeenAt: row.lastSeenAt ?? undefined,
  }
}

const states = ['expected', 'online', 'offline', 'stopped', 'gone'] as const
function stateOf(value: string): HostState {
  return states.find((state) => state === value) ?? 'offline'
}
