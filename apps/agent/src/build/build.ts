import path from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { UserError } from '@slipway/core'
import { type Architecture, type BuildOutput, type BuildSpec, buildStream } from '@slipway/protocol'
import { redactor } from '../apps/redact.ts'
import { s3Settings } from '../aws-settings.ts'
import { readSite } from '../site/read-site.ts'
import { architectureOf } from './architecture-of.ts'
import { buildFailures } from './build-failures.ts'
import { restoreModules, storeModules } from './modules-cache.ts'
import { packAndUpload } from './pack.ts'
import { packFunction } from './pack-function.ts'
import { runCommand } from './run-command.ts'
import { causeOf, closeWorkplace, openWorkplace, redacted, timeLimit, type WorkContext } from './workplace.ts'

export type BuildContext = WorkContext & {
  architecture: Architecture
  /** The file that functions start. */
  functionStart: string
}

/**
 * Makes a release of one commit: checks it out with the one-use token, runs its commands, packs the result with
 * its runtime and puts it into the bucket. Throws UserErrors of `buildFailures`. With the same id it goes on
 * from the checkout of an earlier start, for which the token was spent. Leaves no process behind.
 */
export async function build(
  id: string,
  spec: BuildSpec,
  context: BuildContext,
  outer: AbortSignal,
): Promise<BuildOutput> {
  const { config, home, logs } = context
  const { timeoutSeconds } = spec
  const signal = AbortSignal.any([
    outer,
    timeLimit(timeoutSeconds, buildFailures.tookTooLong(timeoutSeconds)),
  ])
  const redact = redactor([
    ['token', spec.repository.token ?? ''],
    ...spec.hidden.map((name): [string, string] => [name, spec.variables[name] ?? '']),
  ])
  const stream = buildStream(spec.executionId)
  const say = (text: string, level: 'out' | 'error' | 'slipway' = 'slipway') =>
    logs.write(stream, [{ text: redact(text), level }])
  const phases: BuildOutput['phases'] = []
  const timed = async <T>(phase: string, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    context.progress(phase)
    const value = await run()
    phases.push({ phase, milliseconds: Math.round(performance.now() - startedAt) })
    return value
  }
  try {
    const place = await openWorkplace(id, spec, context, { say, signal, timed })
    const { source, folder, runtimes, runtimeNames, environment } = place
    for (const command of spec.commands) {
      await timed('command', async () => {
        say(`$ ${command}`)
        const cache = { home, folder, command, runtime: runtimeNames, say }
        if (await restoreModules(cache)) return
        const ending = await runCommand({ id, command, folder, environment, say, signal })
        if (ending.code !== 0) throw buildFailures.commandFailed(command, ending, ending.lastLines)
        await storeModules(cache)
      })
    }
    for (const { finish } of runtimes) await finish?.(source)
    const released = spec.publish ? path.join(folder, spec.publish) : source
    const architecture = await architectureOf(released, spec.services, context.architecture)
    for (const { name, folder } of spec.sites) await readSite(name, source, folder)
    const request = {
      folder: released,
      runtimes: runtimes.flatMap(({ name, carried }) => (carried ? [{ name, ...carried }] : [])),
      s3: new S3Client(s3Settings(config)),
      ...spec.output,
      signal,
    }
    const { digest, sizeBytes } = await timed('upload', () =>
      spec.archive === 'zip'
        ? packFunction({ ...request, start: context.functionStart })
        : packAndUpload(request),
    )
    say(
      `The release is ${(sizeBytes / 1_048_576).toFixed(1)} MB, for ${architecture}${runtimeNames && `, with ${runtimeNames}`}.`,
    )
    return { digest, sizeBytes, architecture, runtime: runtimeNames || null, phases }
  } catch (error) {
    const cause = causeOf(error, signal)
    say(cause instanceof UserError ? cause.fields.what : String(cause), 'error')
    throw cause instanceof UserError ? redacted(cause, redact) : cause
  } finally {
    await closeWorkplace(id, home)
  }
}
