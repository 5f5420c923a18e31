import { type DeploymentId, type HostCommandId, type HostId, isId, type UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { readCommand, sendCommand } from '@slipway/hosts'
import { storedError } from '../../account.ts'
import { deploySeconds } from '../deploy-seconds.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import { hostOf } from './reach-host.ts'
import type { ServerConfig } from './server-config.ts'
import { watchAlarm } from './watch-alarm.ts'

/** Nothing is lost when a wake-up is: the command's end is looked for this often as well. */
const lookAgainMilliseconds = 15_000
/** While the host works and its alarm is watched beside it. */
const lookAtAlarmMilliseconds = 5_000
/** Once told to stop, a host has this long to say that it went back. */
const stopSeconds = 120

/**
 * Sends the release to the host and waits for its word. The command is sent once: a run that ended before its id
 * was remembered finds it by the deployment.
 */
export async function sendDeployment(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const { db, organisationId, clock, config, memory, wake } = context
  const until = new Date(clock.now().getTime() + lookAgainMilliseconds)
  const { commandId } = memory
  if (commandId !== undefined && isId('hostCommand', commandId)) {
    const command = await db.inOrganisation(organisationId, (tx) => readCommand(tx, commandId))
    if (command?.outcome) {
      const { outcome } = command
      if (!outcome.ok) return { state: 'failed', error: reasonOf(outcome.error, memory) }
      if (memory.redAlarm !== undefined) await context.say('The host was done before it was told to go back.')
      return { state: 'done', memory }
    }
    const on = command?.phase ?? 'the host to begin'
    if (command?.error) return { state: 'wait', until, on, memory, red: reasonOf(command.error, memory) }
    if (!command?.acceptedAt || memory.redAlarm !== undefined) return { state: 'wait', until, on, memory }
    return await watchBeside(context, commandId, command.acceptedAt, on)
  }
  const host = await hostOf(context)
  const deadline = new Date(clock.now().getTime() + deploySeconds(config.spec) * 1000)
  const sent = await db.inOrganisation(organisationId, async (tx) => {
    if (!(await context.begin(tx))) return undefined
    const already = await sentBefore(tx, host.id, context.deploymentId)
    if (already) return already
    const command = { kind: 'deploy' as const, spec: config.spec }
    const fence = BigInt(config.spec.fence)
    // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
    return sendCommand(tx, { organisationId, hostId: host.id, fence, deadline, command, then: wake }, clock)
  })
  if (sent === undefined) return { state: 'wait', until, on: 'its end, which somebody asked for', memory }
  return { state: 'wait', until, on: 'the host to begin', memory: { ...memory, commandId: sent } }
}

/** The host's own monitors undo by themselves; for its alarm, which it does not know, it is told to go back. */
async function watchBeside(
  context: DeployContext<ServerConfig>,
  commandId: HostCommandId,
  beganAt: Date,
  on: string,
): Promise<StepResult> {
  const { db, organisationId, clock, config, memory, wake } = context
  const now = clock.now().getTime()
  const host = await hostOf(context)
  const judgement = await watchAlarm(context, host.id, beganAt)
  if (judgement === undefined)
    return { state: 'wait', until: new Date(now + lookAgainMilliseconds), on, memory }
  const { is, words } = judgement
  if (memory.alarmSaid !== is) await context.say(`Monitor alarm: ${isWords[is]}. ${words}`)
  const said = { ...memory, alarmSaid: is }
  if (is !== 'red') return { state: 'wait', until: new Date(now + lookAtAlarmMilliseconds), on, memory: said }
  const deadline = new Date(now + stopSeconds * 1000)
  const command = { kind: 'stop' as const, commandId }
  const fence = BigInt(config.spec.fence)
  await db.inOrganisation(organisationId, (tx) =>
    // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
    sendCommand(tx, { organisationId, hostId: host.id, fence, deadline, command, then: wake }, clock),
  )
  const redAlarm = JSON.stringify(judgement.error)
  const until = new Date(now + lookAgainMilliseconds)
  const { error } = judgement
  return { state: 'wait', until, on: 'the host to go back', memory: { ...said, redAlarm }, red: error }
}

const isWords = { fine: 'well', inconclusive: 'not known', red: 'RED' } as const

/** A host that was told to go back because of its alarm says that it was cancelled; what undid it was the alarm. */
function reasonOf(error: UserErrorFields, { redAlarm }: Memory): UserErrorFields {
  return redAlarm !== undefined && error.code === 'command-cancelled'
    ? storedError.parse(JSON.parse(redAlarm))
    : error
}

async function sentBefore(
  tx: Tx,
  hostId: HostId,
  deploymentId: DeploymentId,
): Promise<HostCommandId | undefined> {
  const row = await tx.hostCommand.findFirst({
    where: { hostId, kind: 'deploy', subject: deploymentId },
    select: { id: true },
  })
  return row && isId('hostCommand', row.id) ? row.id : undefined
}
