import { mkdir, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '@slipway/core'
import type { BuildSpec } from '@slipway/protocol'
import { giveToAppUser } from '../apps/app-user.ts'
import { hostFailures } from '../apps/failures.ts'
import type { LogOutbox } from '../channel/log-outbox.ts'
import type { AgentConfig } from '../config.ts'
import type { Home } from '../home.ts'
import { checkOut } from './check-out.ts'
import { endStrays } from './run-command.ts'
import { provideRuntimes } from './runtimes/provide-runtimes.ts'
import type { Runtime } from './runtimes/runtime.ts'

/** Below this nothing is begun: it would end half-way with a stranger error. */
const freeBytesMin = 512 * 1_048_576

/** What runs commands on a runner needs of its agent. */
export type WorkContext = {
  config: AgentConfig
  home: Home
  logs: LogOutbox
  progress(phase: string, detail?: string): void
}

type Wanted = Pick<BuildSpec, 'repository' | 'runtimes' | 'variables' | 'root'>
type Hands = {
  say(line: string): void
  signal: AbortSignal
  /** Runs one phase, and may measure it. */
  timed<T>(phase: string, run: () => Promise<T>): Promise<T>
}

/** A commit's files with what its commands are run with. */
export type Workplace = {
  /** Top of the checkout. */
  source: string
  /** Where commands run. */
  folder: string
  runtimes: Runtime[]
  /** Names of the runtimes, for people; empty where there is none. */
  runtimeNames: string
  environment: Record<string, string>
}

/**
 * Checks a commit out with the one-use token and prepares its runtimes. With the same id it goes on from the checkout
 * of an earlier start, for which the token was spent; what that left running is ended. Throws UserErrors.
 */
export async function openWorkplace(
  id: string,
  wanted: Wanted,
  { config, home }: WorkContext,
  { say, signal, timed }: Hands,
): Promise<Workplace> {
  const { path: programs, network } = config
  const source = path.join(home.build(id), 'source')
  await endStrays(id)
  await mkdir(source, { recursive: true })
  await refuseWithoutSpace(source)
  giveToAppUser(home.build(id))
  await makeFolders([home.cache('home'), home.cache('npm')])
  await timed('clone', () =>
    checkOut({ ...wanted.repository, folder: source, path: programs, network, say, signal }),
  )
  const runtimes =
    wanted.runtimes.length === 0
      ? []
      : await timed('runtime', () => provideRuntimes(wanted.runtimes, { config, home, say, signal }))
  const folder = path.join(source, wanted.root)
  return {
    source,
    folder,
    runtimes,
    runtimeNames: runtimes.map(({ name }) => name).join(', '),
    environment: environmentOf(id, folder, wanted, { config, home, runtimes }),
  }
}

/** Ends what still runs there and forgets its files. */
export async function closeWorkplace(id: string, home: Home): Promise<void> {
  await endStrays(id)
  await rm(home.build(id), { recursive: true, force: true })
}

/** Fires with this error once the time is over. */
export function timeLimit(seconds: number, tookTooLong: UserError): AbortSignal {
  const control = new AbortController()
  setTimeout(() => control.abort(tookTooLong), seconds * 1000).unref()
  return control.signal
}

/** Why it ended: what an abort broke off reports the break, not its reason. */
export function causeOf(error: unknown, signal: AbortSignal): unknown {
  const isOwn = error instanceof UserError && error !== signal.reason
  return signal.aborted && !isOwn ? signal.reason : error
}

/** A command that failed is quoted, and may name what it must not. */
export function redacted({ fields }: UserError, redact: (text: string) => string): UserError {
  return new UserError({
    ...fields,
    what: redact(fields.what),
    ...(fields.why ? { why: redact(fields.why) } : {}),
    ...(fields.details ? { details: fields.details.map(redact) } : {}),
  })
}

/** What is kept from one use to the next: a home and npm's downloads. */
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
  folder: string,
  { repository, variables }: Wanted,
  { config, home, runtimes }: { config: AgentConfig; home: Home; runtimes: Runtime[] },
): Record<string, string> {
  return {
    ...config.network,
    LANG: 'C.UTF-8',
    CI: 'true',
    npm_config_cache: home.cache('npm'),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
    ...Object.assign({}, ...runtimes.map((runtime) => runtime.variables)),
    ...variables,
    HOME: home.cache('home'),
    PATH: [
      path.join(folder, '.venv/bin'),
      ...runtimes.flatMap(({ binFolders }) => binFolders),
      path.join(folder, 'node_modules/.bin'),
      config.path,
    ].join(':'),
    SLIPWAY_REVISION: repository.sha,
    // By which `endStrays` finds what was started here.
    SLIPWAY_BUILD: id,
  }
}
