import { createHash, randomBytes } from 'node:crypto'

/** What an id may name, with the prefix that makes it readable in a log. */
const prefixes = {
  organisation: 'org',
  user: 'usr',
  member: 'mem',
  token: 'tok',
  auditEntry: 'aud',
  mail: 'mail',
  cloudAccount: 'con',
  stack: 'stk',
  app: 'app',
  environment: 'env',
  diskSnapshot: 'dsn',
  diskRestore: 'dre',
  service: 'svc',
  variable: 'var',
  revision: 'rev',
  release: 'rel',
  execution: 'exe',
  deployment: 'dep',
  step: 'step',
  host: 'host',
  hostCommand: 'cmd',
  run: 'run',
  job: 'job',
  push: 'psh',
  invoice: 'inv',
  invitation: 'ivt',
  planChange: 'plan',
} as const

export type IdKind = keyof typeof prefixes

/** A string that is known to name one kind of thing; ids of two kinds cannot be mixed up. */
export type Id<K extends IdKind> = string & { readonly __id: K }

export type OrganisationId = Id<'organisation'>
export type UserId = Id<'user'>
export type CloudAccountId = Id<'cloudAccount'>
export type AppId = Id<'app'>
export type EnvironmentId = Id<'environment'>
export type DiskSnapshotId = Id<'diskSnapshot'>
export type DiskRestoreId = Id<'diskRestore'>
export type ServiceId = Id<'service'>
export type RevisionId = Id<'revision'>
export type ReleaseId = Id<'release'>
export type ExecutionId = Id<'execution'>
export type DeploymentId = Id<'deployment'>
export type HostId = Id<'host'>
export type HostCommandId = Id<'hostCommand'>
export type RunId = Id<'run'>

// Crockford's base 32 without letters that look alike, lower case.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * A new id such as `app_01k9x4…`: 9 characters of time (48 bits of milliseconds, so that ids of one kind
 * sort by age) and 13 random ones (65 bits). Never guessed, never reused.
 */
export function newId<K extends IdKind>(kind: K, now: Date = new Date()): Id<K> {
  let time = now.getTime()
  let head = ''
  for (let i = 0; i < 9; i++) {
    head = (alphabet[time % 32] ?? '0') + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (const byte of randomBytes(13)) tail += alphabet[byte % 32] ?? '0'
  return asId(kind, `${prefixes[kind]}_${head}${tail}`)
}

/**
 * The id of the host that an instance of an environment's group is. An instance that a group starts is told nothing of its own,
 * so both it and Slipway make the id of what both know. It is no secret: who a host is, is proven.
 */
export function hostIdOfInstance(environmentId: EnvironmentId, instanceId: string): HostId {
  const digest = createHash('sha256').update(`${environmentId} ${instanceId}`).digest()
  let tail = ''
  for (const byte of digest.subarray(0, 22)) tail += alphabet[byte % 32] ?? '0'
  return asId('host', `${prefixes.host}_${tail}`)
}

/** Brands a string from outside that has the form of such an id. Throws RangeError on any other string. */
export function asId<K extends IdKind>(kind: K, value: string): Id<K> {
  if (!isId(kind, value)) throw new RangeError(`not an id of ${kind}: ${JSON.stringify(value).slice(0, 80)}`)
  return value
}

const afterPrefix = /^_[0-9a-z]{4,40}$/

/** Whether the string has the form of an id of this kind; says nothing about whether the thing exists. */
export function isId<K extends IdKind>(kind: K, value: string): value is Id<K> {
  const prefix = prefixes[kind]
  return value.startsWith(prefix) && afterPrefix.test(value.slice(prefix.length))
}
