import { mkdir, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { UserError } from '@slipway/core'
import { type Architecture, type BuildOutput, type BuildSpec, buildStream } from '@slipway/protocol'
import { giveToAppUser } from '../apps/app-user.ts'
import { hostFailures } from '../apps/failures.ts'
import { redactor } from '../apps/redact.ts'
import { s3Settings } from '../aws-settings.ts'
import type { LogOutbox } from '../channel/log-outbox.ts'
import type { AgentConfig } from '../config.ts'
import type { Home } from '../home.ts'
import { architectureOf } from './architecture-of.ts'
import { buildFailures } from './build-failures.ts'
import { checkOut } from './check-out.ts'
import { restoreModules, storeModules } from './modules-cache.ts'
import { packAndUpload } from './pack.ts'
import { endStrays, runCommand } from './run-command.ts'
import { provideRuntimes } from './runtimes/provide-runtimes.ts'
import type { Runtime } from './runtimes/runtime.ts'

/** Below this no build is begun: it would end half-way with a stranger error. */
const freeBytesMin = 512 * 1_048_576

export type BuildContext = {
  config: AgentConfig
  architecture: Architecture
  home: Home
  logs: LogOutbox
  progress(phase: string, detail?: string): void
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
  const signal = AbortSignal.any([outer, timeLimit(spec.timeoutSeconds)])
  const work = path.join(home.build(id), 'source')
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
    await endStrays(id)
    await mkdir(work, { recursive: true })
    await refuseWithoutSpace(work)
    giveToAppUser(home.build(id))
    await makeFolders([home.cache('home'), home.cache('npm')])
    await timed('clone', () =>
      checkOut({ ...spec.repository, folder: work, path: config.path, network: config.network, say, signal }),
    )
    const runtimes =
      spec.runtimes.length === 0
        ? []
        : await timed('runtime', () => provideRuntimes(spec.runtimes, { config, home, say, signal }))
    const names = runtimes.map(({ name }) => name).join(', ')
    const folder = path.join(work, spec.root)
    const environment = environmentOf(id, spec, context, runtimes)
    for (const command of spec.commands) {
      await timed('command', async () => {
        say(`$ ${command}`)
        const cache = { home, folder, command, runtime: names, say }
        if (await restoreModules(cache)) return
        const ending = await runCommand({ id, command, folder, environment, say, signal })
        if (ending.code !== 0) throw buildFailures.commandFailed(command, ending, ending.lastLines)
        await storeModules(cache)
      })
    }
    for (const { finish } of runtimes) await finish?.(work)
    const released = spec.publish ? path.join(folder, spec.publish) : work
    const architecture = await architectureOf(released, spec.services, context.architecture)
    const { digest, sizeBytes } = await timed('upload', () =>
      packAndUpload({
        folder: released,
        runtimeArchives: runtimes.flatMap(({ archive }) => archive ?? []),
        s3: new S3Client(s3Settings(config)),
        ...spec.output,
        signal,
      }),
    )
    say(
      `The release is ${(sizeBytes / 1_048_576).toFixed(1)} MB, for ${architecture}${names && `, with ${names}`}.`,
    )
    return { digest, sizeBytes, architecture, runtime: names || null, phases }
  } catch (error) {
    const cause =
      signal.aborted && !(error instanceof UserError && error !== signal.reason) ? signal.reason : error
    say(cause instanceof UserError ? cause.fields.what : String(cause), 'error')
    throw cause instanceof UserError ? redacted(cause, redact) : cause
  } finally {
    await endStrays(id)
    await rm(home.build(id), { recursive: true, force: true })
  }
}

/** A command that failed is quoted, and may name what it must not. */
function redacted({ fields }: UserError, redact: (text: string) => string): UserError {
  return new UserError({
    ...fields,
    what: redact(fields.what),
    ...(fields.why ? { why: redact(fields.why) } : {}),
    ...(fields.details ? { details: fields.details.map(redact) } : {}),
  })
}

function timeLimit(seconds: number): AbortSignal {
  const control = new AbortController()
  setTimeout(() => control.abort(buildFailures.tookTooLong(seconds)), seconds * 1000).unref()
  return control.signal
}

/** What builds keep between them: their home and npm's downloads. */
async function makeFolders(folders: string[]): Promise<void> {
  for (const folder of folders) {
    if (await mkdir(folder, { recursive: true })) giveToAppUser(folder)
  }
}

async function refuseWithoutSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < freeBytesMin) throw hostFailures.diskFull(freeBytesMin, bavail * bsize)
}

/** Made anew: nothing of the agent's but how the machine reaches the network. */
function environmentOf(
  id: string,
  spec: BuildSpec,
  { config, home }: BuildContext,
  runtimes: Runtime[],
): Record<string, string> {
  const folder = path.join(home.build(id), 'source', spec.root)
  return {
    ...config.network,
    LANG: 'C.UTF-8',
    CI: 'true',
    npm_config_cache: home.cache('npm'),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
    ...Object.assign({}, ...runtimes.map(({ variables }) => variables)),
    ...spec.variables,
    HOME: home.cache('home'),
    PATH: [
      path.join(folder, '.venv/bin'),
      ...runtimes.flatMap(({ binFolders }) => binFolders),
      path.join(folder, 'node_modules/.bin'),
      config.path,
    ].join(':'),
    SLIPWAY_REVISION: spec.repository.sha,
    SLIPWAY_BUILD: id,
  }
}
