import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import type { Clock, ExecutionId, Log } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import {
  builtinSource,
  ensureRepository,
  type Push,
  type PushOutcome,
  type RecordedPush,
  recordPushes,
  startGit,
} from '@slipway/sources'
import { type GitRepository, type GitRequest, gitAccess, readGitRequest } from './git-remote-access.ts'
import { flush, frame, frameReader, keepAlive, words } from './git-remote-sideband.ts'
import { wordsOfPush } from './git-remote-stream.ts'

const mebibyte = 1_048_576
/** What one push may bring, packed. A first push of a long history is the largest there is. */
const packBytesMaxDefault = 256 * mebibyte
/** What is read of a push in all, with what is thrown away once it was too large. */
const sentBytesMax = 4096 * mebibyte
/** What a client tells while fetching: which commits it has. */
const askedBytesMax = 16 * mebibyte
/** Of all organisations together; more wait at the client, who is told to come again. */
const processesMax = 64
const fetchMinutesMax = 30
/** With pauses of 1, 2, 4 and 8 seconds between them. */
const recordAttemptsMax = 5
const streamMinutesMax = 60
const keepAliveMilliseconds = 10_000

export type GitRemote = {
  db: Database
  clock: Clock
  log: Log
  gitRoot: string
  publicUrl: string
  /** The pipeline's, called in the transaction that records a push. */
  receivePush: (tx: Tx, push: Push) => Promise<PushOutcome>
  /** Lines of an execution for a terminal, from its beginning until it has ended; ends early by the signal. */
  followExecution: (
    execution: { id: ExecutionId; repository: GitRepository },
    signal: AbortSignal,
  ) => AsyncIterable<string>
  /** Ends the lines of all who listen, with a word: the api is about to stop. */
  stopping?: AbortSignal
  packBytesMax?: number
}

/**
 * Answers `/git/<organisation>/<app>.git/…`: git's smart protocol over the system's git, one process a request.
 * After a push the connection stays open and shows build and stages until they end. A client that leaves earlier
 * ends only its own lines; a crash before the push is recorded is mended by `sweepRefs`.
 */
export function gitRemote(remote: GitRemote): (request: Request) => Promise<Response> {
  let running = 0
  return async (request) => {
    const url = new URL(request.url)
    const asked = readGitRequest(request.method, url)
    if (asked === undefined)
      return plain(
        404,
        `This is an address for git: git clone ${remote.publicUrl}/git/<organisation>/<app>.git`,
      )
    const access = await gitAccess(remote, asked, request.headers.get('authorization'))
    if (access.kind === 'refused') return plain(access.status, access.words)
    if (running >= processesMax)
      return plain(503, 'Too many pushes and fetches at once. Try again in a moment.')
    running++
    const release = () => {
      running--
    }
    try {
      const directory = await ensureRepository(
        remote.gitRoot,
        access.repository.appId,
        access.repository.branch,
      )
      const child = startGit(
        directory,
        argumentsOf(asked, directory),
        settingsOf(remote, asked, request, access.by),
      )
      child.once('close', release)
      child.once('error', release)
      return asked.begins
        ? answerRefs(child, asked, request)
        : await answerPack(remote, child, asked, access.repository, request)
    } catch (error) {
      release()
      throw error
    }
  }
}

function argumentsOf(asked: GitRequest, directory: string): string[] {
  const command = asked.service === 'git-upload-pack' ? ['upload-pack', '--strict'] : ['receive-pack']
  return [...command, '--stateless-rpc', ...(asked.begins ? ['--advertise-refs'] : []), directory]
}

function settingsOf(remote: GitRemote, asked: GitRequest, request: Request, by: string) {
  const protocol = request.headers.get('git-protocol') ?? ''
  return {
    config: [
      // Only branches and tags are seen and may be moved.
      ['transfer.hideRefs', 'refs/'],
      ['transfer.hideRefs', '!refs/heads/'],
      ['transfer.hideRefs', '!refs/tags/'],
      ['receive.fsckObjects', 'true'],
      // Mistakes of long-gone git versions that old histories are full of; none does harm.
      ['receive.fsck.zeroPaddedFilemode', 'warn'],
      ['receive.fsck.badTimezone', 'warn'],
      ['receive.fsck.missingSpaceBeforeDate', 'warn'],
      ['receive.maxInputSize', String(remote.packBytesMax ?? packBytesMaxDefault)],
      ['receive.denyNonFastForwards', 'false'],
      ['receive.autogc', 'false'],
      ['core.logAllRefUpdates', 'always'],
      ['uploadpack.allowReachableSHA1InWant', 'true'],
      ['uploadpack.allowFilter', 'true'],
    ],
    env: {
      // The name in the reflog: sweepRefs reads from it who pushed.
      GIT_COMMITTER_NAME: by,
      GIT_COMMITTER_EMAIL: `${by}@slipway.invalid`,
      ...(asked.service === 'git-upload-pack' && /^version=[0-9]$/.test(protocol)
        ? { GIT_PROTOCOL: protocol }
        : {}),
    },
  } as const
}

/** The first request of a fetch or a push: the refs there are. */
function answerRefs(child: ChildProcessWithoutNullStreams, asked: GitRequest, request: Request): Response {
  child.stdin.on('error', () => {})
  child.stdin.end()
  child.stderr.resume()
  const out = new PassThrough()
  const isVersion2 =
    asked.service === 'git-upload-pack' && request.headers.get('git-protocol') === 'version=2'
  if (!isVersion2) out.write(Buffer.concat([frame(`# service=${asked.service}\n`), flush]))
  endWith(out, child)
  child.stdout.pipe(out)
  return stream(out, `application/x-${asked.service}-advertisement`)
}

async function answerPack(
  remote: GitRemote,
  child: ChildProcessWithoutNullStreams,
  asked: GitRequest,
  repository: GitRepository,
  request: Request,
): Promise<Response> {
  child.stderr.resume()
  const out = new PassThrough()
  const isPush = asked.service === 'git-receive-pack'
  const read = feed(child.stdin, request, isPush ? sentBytesMax : askedBytesMax)
  if (isPush) {
    answerPush(remote, child, out, read, { asked, repository }).catch((error) => {
      remote.log.error({ app: repository.appId, err: error }, 'a push could not be answered to its end')
      out.destroy()
    })
  } else {
    endWith(out, child)
    child.stdout.pipe(out)
  }
  return stream(out, `application/x-${asked.service}-result`)
}

/**
 * Gives the request's body to git. When git has stopped reading (a push that is too large), the rest is read and
 * thrown away: a client hears no answer before it has sent everything.
 */
async function feed(stdin: Writable, request: Request, bytesMax: number): Promise<void> {
  let isOpen = true
  stdin.on('error', () => {
    isOpen = false
  })
  stdin.on('close', () => {
    isOpen = false
  })
  if (request.body === null) return void stdin.end()
  const raw = Readable.fromWeb(request.body)
  const body = request.headers.get('content-encoding') === 'gzip' ? raw.pipe(createGunzip()) : raw
  raw.on('error', (error) => body.destroy(error))
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > bytesMax) break
      if (isOpen && !stdin.write(chunk))
        await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => {})
    }
  } catch {
    // The client went away in the middle: git sees the end of its input and takes nothing.
  }
  stdin.end()
}

/** An answer that ends with its process, and a process that ends with its reader. */
function endWith(out: PassThrough, child: ChildProcessWithoutNullStreams): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), fetchMinutesMax * 60_000)
  out.on('close', () => child.kill('SIGKILL'))
  child.on('error', (error) => out.destroy(error))
  child.on('close', () => clearTimeout(timer))
}

async function answerPush(
  remote: GitRemote,
  child: ChildProcessWithoutNullStreams,
  out: PassThrough,
  read: Promise<void>,
  { asked, repository }: { asked: GitRequest; repository: GitRepository },
): Promise<void> {
  // Git is let finish, whether or not somebody still listens: refs that moved must be recorded.
  const timer = setTimeout(() => child.kill('SIGKILL'), fetchMinutesMax * 60_000)
  const closed = once(child, 'close')
  const answer = await passOn(child, out)
  await closed
  clearTimeout(timer)
  await read
  if (answer.isTooLarge) say(out, tooLarge(remote.packBytesMax ?? packBytesMaxDefault))
  const recorded = await recordPatiently(remote, repository)
  if (answer.hasBands) {
    if (recorded) await tell(remote, out, recorded, { asked, repository })
    else
      say(out, 'Your commits are here, and deploy as soon as Slipway has recovered: you need not push again.')
    if (out.writable) out.write(flush)
  }
  out.end()
}

/** A database that restarts is waited for; after that the push is left to the sweep, which finds it in the repository. */
async function recordPatiently(
  remote: GitRemote,
  { organisationId, appId }: GitRepository,
): Promise<RecordedPush[] | undefined> {
  const source = builtinSource(remote.gitRoot)
  for (let attempt = 1; ; attempt++) {
    try {
      return await recordPushes({ ...remote, source }, { organisationId, appId })
    } catch (error) {
      remote.log.error({ app: appId, attempt, err: error }, 'a push could not be recorded')
      if (attempt === recordAttemptsMax) return undefined
      await pause(2 ** (attempt - 1) * 1000)
    }
  }
}

/** Passes git's answer on as it comes, but for the frame that ends it. */
async function passOn(
  child: ChildProcessWithoutNullStreams,
  out: PassThrough,
): Promise<{ hasBands: boolean; isTooLarge: boolean }> {
  const framesOf = frameReader()
  let hasBands: boolean | undefined
  let isTooLarge = false
  for await (const chunk of child.stdout) {
    for (const { raw, payload } of framesOf(chunk)) {
      hasBands ??= payload?.[0] !== undefined && payload[0] <= 3
      if (hasBands && payload === undefined) continue
      if (payload?.[0] === 2 && payload.includes('exceeds maximum allowed size')) isTooLarge = true
      if (out.writable) out.write(raw)
    }
  }
  return { hasBands: hasBands ?? false, isTooLarge }
}

async function tell(
  remote: GitRemote,
  out: PassThrough,
  recorded: RecordedPush[],
  { asked, repository }: { asked: GitRequest; repository: GitRepository },
): Promise<void> {
  const pageOf = (number: number) =>
    `${remote.publicUrl}/o/${asked.organisation}/apps/${asked.app}/executions/${number}`
  for (const push of recorded) say(out, ...wordsOfPush(push, pageOf))
  const alive = setInterval(() => out.writable && out.write(keepAlive), keepAliveMilliseconds)
  try {
    for (const { outcome } of recorded) {
      if (outcome.kind === 'deploys') await follow(remote, out, outcome, repository, pageOf(outcome.number))
    }
  } finally {
    clearInterval(alive)
  }
}

async function follow(
  remote: GitRemote,
  out: PassThrough,
  outcome: Extract<PushOutcome, { kind: 'deploys' }>,
  repository: GitRepository,
  page: string,
): Promise<void> {
  const gone = new AbortController()
  out.once('close', () => gone.abort())
  if (out.closed) gone.abort()
  const signals = [
    gone.signal,
    AbortSignal.timeout(streamMinutesMax * 60_000),
    ...(remote.stopping ? [remote.stopping] : []),
  ]
  const signal = AbortSignal.any(signals)
  try {
    for await (const line of remote.followExecution({ id: outcome.executionId, repository }, signal)) {
      if (signal.aborted) break
      say(out, line)
      if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), once(out, 'close')])
    }
  } catch (error) {
    if (!signal.aborted)
      remote.log.error({ execution: outcome.executionId, err: error }, 'the lines of an execution broke off')
    say(out, `These lines broke off; the deployment goes on: ${page}`)
    return
  }
  if (signal.aborted) say(out, `The deployment goes on: ${page}`)
}

function say(out: PassThrough, ...lines: string[]): void {
  if (out.writable && lines.length > 0) out.write(words(lines.join('\n')))
}

function tooLarge(bytesMax: number): string {
  const size = bytesMax >= mebibyte ? `${Math.floor(bytesMax / mebibyte)} MB` : `${bytesMax} bytes`
  return [
    '',
    `This push is larger than ${size}, packed. Nothing of it was taken.`,
    'Large files are usually builds, archives or node_modules that were committed by mistake.',
    'Take them out of the history (git filter-repo), or push older commits first: git push slipway <commit>:refs/heads/main',
    '',
  ].join('\n')
}

function stream(out: PassThrough, type: string): Response {
  return new Response(Readable.toWeb(out), {
    headers: { 'content-type': type, 'cache-control': 'no-cache, max-age=0, must-revalidate' },
  })
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...(status === 401 ? { 'www-authenticate': 'Basic realm="Slipway", charset="UTF-8"' } : {}),
      ...(status === 503 ? { 'retry-after': '5' } : {}),
    },
  })
}
