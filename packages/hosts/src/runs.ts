import {
  asId,
  type Clock,
  type EnvironmentId,
  type HostId,
  newId,
  notFound,
  type OrganisationId,
  type RunId,
  type ServiceId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import { announce, type Prisma, type Tx } from '@slipway/db'
import { defineJob, enqueueNamed, type Handler, handle } from '@slipway/jobs'
import { type RunReport, runOutput, userErrorFields } from '@slipway/protocol'
import { z } from 'zod'
import { sendCommand } from './commands.ts'

/** Runs of a service older than a newer one by this are forgotten as that comes; their lines stay in the log. */
const keptMilliseconds = 30 * 86_400_000
/** A command of a person waits this long for its host to take it, beside its own time limit. */
const takeSeconds = 60
const stopSeconds = 30

const states = [
  'waiting',
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
  'replaced',
  'skipped',
  'missed',
] as const
export type RunState = (typeof states)[number]

/** One run of a command that ends by itself. Crosses the wire as it is; times are ISO. */
export type Run = {
  id: RunId
  serviceId: ServiceId
  kind: 'cron' | 'command'
  state: RunState
  /** Of a person. */
  command: string | null
  askedBy: string | null
  /** Of a cron service. */
  dueAt: string | null
  missed: number | null
  /** 128 + n is signal n; null where it has none. */
  code: number | null
  error: UserErrorFields | null
  startedAt: string | null
  endedAt: string | null
  createdAt: string
}

const runEnded = defineJob({
  name: 'hosts.run-ended',
  payload: z.object({
    runId: z.string(),
    commandId: z.string(),
    outcome: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), output: runOutput }),
      z.object({ ok: z.literal(false), error: userErrorFields }),
    ]),
  }),
  attempts: 10,
  spacingSeconds: 2,
  timeoutSeconds: 30,
})

/** Told of a run of a cron service that went wrong after one that went well; its payload is `{ runId }`. */
export const runWentWrong = 'hosts.run-went-wrong'

/**
 * Keeps what a host says of a run of a cron service of its own environment, in place of what it said of it before. What is
 * over stays over; the same twice is once. Where a run went wrong and the one before did not, it is news: `runWentWrong`.
 */
export async function storeRun(
  tx: Tx,
  of: { organisationId: OrganisationId; hostId: HostId; environmentId: string; run: RunReport },
): Promise<void> {
  const { organisationId, hostId, environmentId } = of
  const { id, serviceId, releaseId: _, ...said } = of.run
  const isOwn = await tx.service.count({ where: { id: serviceId, environmentId } })
  if (isOwn === 0) return
  const content = {
    state: said.state,
    missed: said.missed ?? null,
    code: said.code ?? null,
    startedAt: said.startedAt ?? null,
    endedAt: said.endedAt ?? null,
  }
  const place = { organisationId, hostId, environmentId, serviceId, kind: 'cron' }
  await tx.run.createMany({
    data: [{ id, ...place, ...content, dueAt: said.dueAt, createdAt: said.dueAt }],
    skipDuplicates: true,
  })
  await tx.run.updateMany({
    where: { id, hostId, kind: 'cron', state: { in: ['running', said.state] } },
    data: content,
  })
  if (isWrong(said.state) && !(await wasWrongBefore(tx, serviceId, said.dueAt))) {
    await enqueueNamed(tx, { name: runWentWrong, payload: { runId: id } }, { organisationId, key: id })
  }
  // By the clock of the host, which is that of the runs: the product's may be ahead of it.
  const old = new Date(Date.parse(said.dueAt) - keptMilliseconds)
  await tx.run.deleteMany({ where: { serviceId, createdAt: { lt: old } } })
  await announce(tx, organisationId, `runs:${environmentId}`)
}

const isWrong = (state: string) => state === 'failed' || state === 'timed-out' || state === 'missed'

/** Whether the last run before it that came to an end of its own went wrong as well. */
async function wasWrongBefore(tx: Tx, serviceId: string, dueAt: string): Promise<boolean> {
  const before = await tx.run.findFirst({
    where: {
      serviceId,
      kind: 'cron',
      dueAt: { lt: dueAt },
      state: { in: ['succeeded', 'failed', 'timed-out', 'missed'] },
    },
    orderBy: { dueAt: 'desc' },
    select: { state: true },
  })
  return before !== null && isWrong(before.state)
}

/** Tells the host of an environment to run a command beside its services. Throws run-no-host where none is connected. */
export async function startRun(
  tx: Tx,
  asked: {
    organisationId: OrganisationId
    environmentId: EnvironmentId
    service: { id: ServiceId; name: string }
    command: string
    timeoutSeconds: number
    by: string
  },
  clock: Clock,
): Promise<RunId> {
  const { organisationId, environmentId, service, command, timeoutSeconds, by } = asked
  const host = await tx.host.findFirst({
    where: { environmentId, kind: 'host', state: 'online' },
    orderBy: { createdAt: 'asc' },
    select: { id: true },
  })
  if (host === null) throw noHost()
  const now = clock.now()
  const id = newId('run', now)
  const hostId = asId('host', host.id)
  const commandId = await sendCommand(
    tx,
    {
      organisationId,
      hostId,
      fence: 0n,
      deadline: new Date(now.getTime() + (timeoutSeconds + takeSeconds) * 1000),
      command: {
        kind: 'run',
        spec: { runId: id, environmentId, command, service: service.name, timeoutSeconds },
      },
      // biome-ignore lint/suspicious/noThenProperty: the name that commands give it; nobody awaits this value
      then: { name: runEnded.name, payload: { runId: id } },
    },
    clock,
  )
  await tx.run.create({
    data: {
      id,
      organisationId,
      environmentId,
      hostId,
      serviceId: service.id,
      kind: 'command',
      command,
      commandId,
      askedBy: by,
      state: 'waiting',
      createdAt: now,
    },
  })
  await announce(tx, organisationId, `runs:${environmentId}`)
  return id
}

/** Tells the host to end a command of a person; what is over already is left alone. Throws not-found. */
export async function cancelRun(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId; id: RunId },
  clock: Clock,
): Promise<void> {
  const { organisationId, environmentId, id } = of
  const row = await tx.run.findFirst({ where: { id, environmentId, kind: 'command' } })
  if (row === null || row.commandId === null) throw notFound('run')
  if (row.endedAt !== null) return
  const commandId = asId('hostCommand', row.commandId)
  const deadline = new Date(clock.now().getTime() + stopSeconds * 1000)
  await sendCommand(
    tx,
    {
      organisationId,
      hostId: asId('host', row.hostId),
      fence: 0n,
      deadline,
      command: { kind: 'stop', commandId },
    },
    clock,
  )
}

/** The runs of an environment, newest first; of one service where it is named. */
export async function listRuns(
  tx: Tx,
  of: { environmentId: EnvironmentId; serviceId?: ServiceId; limit: number },
): Promise<Run[]> {
  const { limit, ...where } = of
  const rows = await tx.run.findMany({
    where,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  })
  const commands = await tx.hostCommand.findMany({
    where: {
      id: { in: rows.flatMap(({ state, commandId }) => (state === 'waiting' ? (commandId ?? []) : [])) },
    },
    select: { id: true, acceptedAt: true },
  })
  const acceptedAt = new Map(commands.map((command) => [command.id, command.acceptedAt]))
  return rows.map((row) => runOf(row, acceptedAt.get(row.commandId ?? '') ?? null))
}

type Row = Awaited<ReturnType<Tx['run']['findMany']>>[number]

/** `acceptedAt`: when the host took a command that is not known to be over. */
function runOf(row: Row, acceptedAt: Date | null): Run {
  const state = z.enum(states).parse(row.state)
  const startedAt = row.startedAt ?? acceptedAt
  return {
    id: asId('run', row.id),
    serviceId: asId('service', row.serviceId),
    kind: row.kind === 'cron' ? 'cron' : 'command',
    state: state === 'waiting' && acceptedAt !== null ? 'running' : state,
    command: row.command,
    askedBy: row.askedBy,
    dueAt: row.dueAt?.toISOString() ?? null,
    missed: row.missed,
    code: row.code,
    error: userErrorFields.nullable().parse(row.error),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  }
}

export const runEndedHandler: Handler = handle(
  runEnded,
  async ({ runId, outcome }, { db, clock, organisationId }) => {
    if (!organisationId) throw new Error('a run belongs to an organisation')
    await db.inOrganisation(organisationId, async (tx) => {
      const row = await tx.run.findUnique({ where: { id: runId } })
      if (row === null || row.endedAt !== null) return
      const command = await tx.hostCommand.findUnique({
        where: { id: row.commandId ?? '' },
        select: { acceptedAt: true },
      })
      const ended = outcome.ok ? endOf(outcome.output) : endOfError(outcome.error)
      await tx.run.update({
        where: { id: runId },
        data: { ...ended, startedAt: command?.acceptedAt ?? null, endedAt: clock.now() },
      })
      await announce(tx, organisationId, `runs:${row.environmentId}`)
    })
  },
)

function endOf({ code }: z.infer<typeof runOutput>) {
  return { state: code === 0 ? 'succeeded' : 'failed', code } satisfies {
    state: RunState
    code: number | null
  }
}

function endOfError(error: UserErrorFields): { state: RunState; error: Prisma.InputJsonObject } {
  const kept = { ...error, details: error.details ?? [] }
  if (error.code === 'command-cancelled') return { state: 'cancelled', error: kept }
  return { state: error.code === 'app-command-late' ? 'timed-out' : 'failed', error: kept }
}

function noHost(): UserError {
  return new UserError({
    code: 'run-no-host',
    kind: 'conflict',
    what: 'No host of this environment is connected.',
    why: 'A command runs on the host, beside the services.',
    todo: 'Deploy first, or look at the host on the page of the environment.',
  })
}
