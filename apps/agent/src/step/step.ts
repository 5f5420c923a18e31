import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '@slipway/core'
import type { StepOutput, StepSpec } from '@slipway/protocol'
import { giveToAppUser } from '../apps/app-user.ts'
import { redactor } from '../apps/redact.ts'
import { runCommand } from '../build/run-command.ts'
import {
  causeOf,
  closeWorkplace,
  openWorkplace,
  redacted,
  timeLimit,
  type WorkContext,
} from '../build/workplace.ts'
import { findArtifacts } from './find-artifacts.ts'
import { openGenerated } from './generated.ts'
import { keepArtifacts } from './keep-artifacts.ts'
import { restoreFolders, storeFolders } from './kept-folders.ts'
import { readOutputs } from './read-outputs.ts'
import { stepFailures } from './step-failures.ts'

/**
 * Runs one command of a pipeline at the top of one commit's files, as builds run theirs. Begun once: after a new start
 * of the agent it fails as interrupted, since a command may have effects that must not happen twice unasked. Throws
 * UserErrors of `stepFailures` and of what comes before the command. Leaves no process and no file behind.
 */
export async function step(
  id: string,
  spec: StepSpec,
  context: WorkContext,
  outer: AbortSignal,
): Promise<StepOutput> {
  const { home, logs } = context
  const { command, timeoutSeconds, endings } = spec
  const redact = redactor([['token', spec.repository.token ?? '']])
  const say = (text: string, level: 'out' | 'error' | 'slipway' = 'slipway') =>
    logs.write(spec.stream, [{ text: redact(text), level }])
  const timed = <T>(phase: string, run: () => Promise<T>): Promise<T> => {
    context.progress(phase)
    return run()
  }
  let signal = outer
  try {
    const begun = path.join(home.build(id), 'begun')
    if (existsSync(begun)) throw stepFailures.interrupted(command)
    const place = await openWorkplace(id, { ...spec, root: '' }, context, { say, signal, timed })
    const outputFile = path.join(home.build(id), 'output')
    await writeFile(outputFile, '')
    giveToAppUser(outputFile)
    const generating = spec.generates ? await openGenerated(home.build(id), command) : undefined
    const environment = {
      ...place.environment,
      SLIPWAY_EXECUTION: spec.executionId,
      SLIPWAY_OUTPUT: outputFile,
      ...generating?.environment,
    }
    const kept = { home, cache: spec.cache, source: place.source, say, signal }
    await timed('cache', () => restoreFolders(kept))
    const files = { config: context.config, artifacts: spec.artifacts, command, source: place.source, say }
    const archive = path.join(home.build(id), 'artifacts.tar.gz')
    await timed('artifacts', () => findArtifacts({ ...files, archive, signal }))
    context.progress('command')
    say(`$ ${command}`)
    await writeFile(begun, '')
    signal = AbortSignal.any([
      outer,
      timeLimit(timeoutSeconds, stepFailures.tookTooLong(command, timeoutSeconds)),
    ])
    const startedAt = performance.now()
    const hear = generating?.hear
    const ending = await runCommand({ id, command, folder: place.folder, environment, say, hear, signal })
    const { code } = ending
    if (code === null || !endings.includes(code)) throw stepFailures.commandFailed(command, ending)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    const { outputs, wrong } = await readOutputs(outputFile, spec.outputs)
    if (wrong.length > 0) throw stepFailures.outputsWrong(command, wrong)
    // The time of the command is over; what it left is bounded by the deadline.
    signal = outer
    const artifacts = await timed('artifacts', () => keepArtifacts({ ...files, signal }))
    const generated = await generating?.read()
    await storeFolders(kept)
    return {
      code,
      outputs,
      seconds,
      ...(artifacts !== undefined && { artifacts }),
      ...(generated !== undefined && { generated }),
    }
  } catch (error) {
    const cause = causeOf(error, signal)
    say(cause instanceof UserError ? cause.fields.what : String(cause), 'error')
    throw cause instanceof UserError ? redacted(cause, redact) : cause
  } finally {
    await closeWorkplace(id, home)
  }
}
