import {
  asId,
  type Clock,
  type HostCommandId,
  type HostId,
  newId,
  type OrganisationId,
  type UserErrorFields,
} from '@slipway/core'
import type { Prisma, Tx } from '@slipway/db'
import { defineJob, enqueue, enqueueNamed, type Handler, handle } from '@slipway/jobs'
import {
  type CommandOutcome,
  type HostCommand,
  type HostCommandInput,
  hostCommand,
  knowsCommand,
  userErrorFields,
} from '@slipway/protocol'
import { z } from 'zod'
import { commandUnknown, hostDidNotAnswer } from './host-errors.ts'
import { announceHost } from './register.ts'

/** NOTIFY channel that tells of new commands (a trigger of the table); the payload is the host's id. */
export const commandChannel = 'host_command'

/** After the deadline the agent has this long to say how it ended; it gave up at the deadline itself. */
const graceSeconds = 15

const expireCommand = defineJob({
  name: 'hosts.expire-command',
  payload: z.object({ hostId: z.string(), commandId: z.string() }),
  attempts: 10,
  spacingSeconds: 2,
  timeoutSeconds: 30,
})

export type SendCommand = {
  organisationId: OrganisationId
  hostId: HostId
  /** Of the lease under which this is done; 0 for a build or a step. A host refuses one older than it has seen. */
  fence: bigint
  /** By the product's clock. What is not done then ends as failed, whether the host answers or not. */
  deadline: Date
  command: HostCommandInput
  /** Runs once, when the command ended: its payload gets `commandId` and `outcome` (`CommandOutcome`) added. */
  then?: { name: string; payload: Record<string, unknown> }
}

/** Tells a host to do something, when this transaction commits. The host hears of it at once, or when it connects. */
export async function sendCommand(tx: Tx, send: SendCommand, clock: Clock): Promise<HostCommandId> {
  const { organisationId, hostId, fence, deadline, then } = send
  const command = hostCommand.parse(send.command)
  const id = newId('hostCommand', clock.now())
  await tx.hostCommand.create({
    data: {
      id,
      organisationId,
      hostId,
      fence,
      kind: command.kind,
      subject: subjectOf(command),
      command: asJson(command),
      deadline,
      ...(then && { thenName: then.name, thenPayload: asJson(then.payload) }),
      createdAt: clock.now(),
    },
  })
  await tx.host.updateMany({ where: { id: hostId }, data: { idleSince: null } })
  const dueAt = new Date(deadline.getTime() + graceSeconds * 1000)
  await enqueue(tx, expireCommand, { hostId, commandId: id }, { organisationId, key: id, dueAt })
  return id
}

/** Once told to stop, a host has this long to say that it did. */
const stopSeconds = 120

/**
 * Tells hosts to stop what they were told about a subject and have not ended. What was never sent ends here; it is
 * stopped all the same, because it may be on its way to the host in this moment. Where there is nothing to stop nothing
 * happens, so that twice is safe. `then` runs when a host has stopped it.
 */
export async function stopCommands(
  tx: Tx,
  of: { kind: HostCommand['kind']; subject: string; then: SendCommand['then'] },
  clock: Clock,
): Promise<void> {
  const { kind, subject, then } = of
  const rows = await tx.hostCommand.findMany({
    where: { kind, subject, endedAt: null },
    orderBy: { createdAt: 'asc' },
    select: {
      id: true,
      organisationId: true,
      hostId: true,
      fence: true,
      deadline: true,
      sentAt: true,
      acceptedAt: true,
    },
  })
  for (const row of rows) {
    const { fence } = row
    const hostId = asId('host', row.hostId)
    const commandId = asId('hostCommand', row.id)
    const organisationId = asId('organisation', row.organisationId)
    const deadline = new Date(clock.now().getTime() + stopSeconds * 1000)
    // Not heard of until the stop has run out too, it is not begun any more.
    if (row.acceptedAt === null && row.deadline > deadline)
      await tx.hostCommand.update({ where: { id: commandId }, data: { deadline } })
    const command = { kind: 'stop' as const, commandId }
    await sendCommand(tx, { organisationId, hostId, fence, deadline, command, then }, clock)
    if (row.sentAt !== null) continue
    const error = { code: 'command-cancelled', kind: 'failed' as const, what: 'It was cancelled.' }
    await endCommand(tx, { hostId, id: commandId, outcome: { ok: false, error } }, clock)
  }
}

function subjectOf(command: HostCommand): string | null {
  switch (command.kind) {
    case 'build':
      return command.spec.releaseId
    case 'step':
      return command.spec.stepId
    case 'deploy':
    case 'site':
      return command.spec.deploymentId
    case 'run':
      return command.spec.runId
    case 'datadog':
    case 'restart':
    case 'stop':
      return null
  }
}

export type PendingCommand = {
  id: HostCommandId
  fence: number
  deadlineSeconds: number
  command: HostCommand
}

/**
 * What a host has to do and has not answered, oldest first; what is past its deadline is not sent any more. What its
 * agent is too old for ends here as failed: the agent would take it for noise and never answer.
 */
export async function pendingCommands(tx: Tx, hostId: HostId, clock: Clock): Promise<PendingCommand[]> {
  const now = clock.now()
  const rows = await tx.hostCommand.findMany({
    where: { hostId, endedAt: null, deadline: { gt: now } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    include: { host: { select: { kind: true, protocol: true } } },
  })
  const pending: PendingCommand[] = []
  for (const row of rows) {
    const id = asId('hostCommand', row.id)
    const command = hostCommand.parse(row.command)
    const { protocol } = row.host
    if (protocol !== null && !knowsCommand(protocol, command)) {
      const error = commandUnknown(command.kind, row.host.kind)
      await endCommand(tx, { hostId, id, outcome: { ok: false, error } }, clock)
      continue
    }
    const deadlineSeconds = Math.max(1, Math.floor((row.deadline.getTime() - now.getTime()) / 1000))
    pending.push({ id, fence: Number(row.fence), deadlineSeconds, command })
  }
  await tx.hostCommand.updateMany({
    where: { id: { in: pending.map(({ id }) => id) }, sentAt: null },
    data: { sentAt: now },
  })
  return pending
}

/** The agent has it. */
export async function commandAccepted(
  tx: Tx,
  of: { hostId: HostId; id: HostCommandId },
  clock: Clock,
): Promise<void> {
  await tx.hostCommand.updateMany({
    where: { ...of, acceptedAt: null, endedAt: null },
    data: { acceptedAt: clock.now() },
  })
}

/**
 * Where the agent is with it; kept until it ended. What went wrong and is being undone makes the job that is to follow
 * look at once, without an outcome.
 */
export async function commandProgress(
  tx: Tx,
  of: {
    hostId: HostId
    id: HostCommandId
    phase: string
    detail?: string | undefined
    error?: UserErrorFields | undefined
  },
): Promise<void> {
  const { hostId, id, phase, detail, error } = of
  const { count } = await tx.hostCommand.updateMany({
    where: { hostId, id, endedAt: null },
    data: { result: asJson({ phase, detail, error }) },
  })
  if (count === 0) return
  await announceHost(tx, hostId)
  if (error === undefined) return
  const row = await tx.hostCommand.findUniqueOrThrow({ where: { id } })
  if (!row.thenName) return
  const then = { name: row.thenName, payload: payloadOf(row.thenPayload) }
  const organisationId = asId('organisation', row.organisationId)
  await enqueueNamed(tx, then, { organisationId, key: `command:${id}:red` })
}

/**
 * How it ended, and with that the job that was to follow. Once: a later answer changes nothing. Only a command
 * of this very host. Forgets the token of a clone, which has no use any more.
 */
export async function endCommand(
  tx: Tx,
  of: { hostId: HostId; id: HostCommandId; outcome: CommandOutcome },
  clock: Clock,
): Promise<void> {
  const { hostId, id, outcome } = of
  // The row's lock makes two answers at once take turns.
  const { count } = await tx.hostCommand.updateMany({
    where: { id, hostId, endedAt: null },
    data: { endedAt: clock.now(), ok: outcome.ok, result: asJson(outcome) },
  })
  if (count === 0) return
  const row = await tx.hostCommand.findUniqueOrThrow({ where: { id } })
  const organisationId = asId('organisation', row.organisationId)
  const command = hostCommand.parse(row.command)
  if ('spec' in command && 'repository' in command.spec && command.spec.repository.token) {
    const { token: _spent, ...repository } = command.spec.repository
    await tx.hostCommand.update({
      where: { id },
      data: { command: asJson({ ...command, spec: { ...command.spec, repository } }) },
    })
  }
  if (row.thenName) {
    const payload = { ...payloadOf(row.thenPayload), commandId: id, outcome }
    await enqueueNamed(tx, { name: row.thenName, payload }, { organisationId, key: `command:${id}` })
  }
  await tx.host.updateMany({
    where: { id: hostId, kind: 'runner', commands: { none: { endedAt: null } } },
    data: { idleSince: clock.now() },
  })
  await announceHost(tx, hostId)
}

export const expireCommandHandler: Handler = handle(
  expireCommand,
  async ({ hostId, commandId }, { db, clock, organisationId }) => {
    if (!organisationId) throw new Error('a command belongs to an organisation')
    await db.inOrganisation(organisationId, async (tx) => {
      const row = await tx.hostCommand.findUnique({ where: { id: commandId }, include: { host: true } })
      if (!row || row.endedAt) return
      const outcome: CommandOutcome = { ok: false, error: hostDidNotAnswer(row) }
      await endCommand(
        tx,
        { hostId: asId('host', hostId), id: asId('hostCommand', commandId), outcome },
        clock,
      )
    })
  },
)

/** What a command is at, for a screen. */
export async function readCommand(
  tx: Tx,
  id: HostCommandId,
): Promise<
  | {
      kind: string
      sentAt?: Date
      acceptedAt?: Date
      endedAt?: Date
      phase?: string
      /** What went wrong and is being undone. */
      error?: UserErrorFields
      /** Once it ended. */
      outcome?: CommandOutcome
    }
  | undefined
> {
  const row = await tx.hostCommand.findUnique({ where: { id } })
  if (!row) return undefined
  const progress = storedProgress.safeParse(row.result)
  return {
    kind: row.kind,
    ...(row.sentAt ? { sentAt: row.sentAt } : {}),
    ...(row.acceptedAt ? { acceptedAt: row.acceptedAt } : {}),
    ...(row.endedAt ? { endedAt: row.endedAt } : {}),
    ...(progress.success && !row.endedAt ? progress.data : {}),
    ...(row.endedAt ? { outcome: storedOutcome.parse(row.result) } : {}),
  }
}

// What `commandProgress` wrote.
const storedProgress = z.object({ phase: z.string(), error: userErrorFields.optional() })

// What `endCommand` wrote.
const storedOutcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output: z.record(z.string(), z.json()) }),
  z.object({ ok: z.literal(false), error: userErrorFields }),
])

const record = z.record(z.string(), z.unknown())
function payloadOf(value: unknown): Record<string, unknown> {
  const read = record.safeParse(value)
  return read.success ? read.data : {}
}

/** JSON as it will come back from the database. */
function asJson(value: unknown): Prisma.InputJsonValue {
  const json: Prisma.InputJsonValue = JSON.parse(JSON.stringify(value))
  return json
}
