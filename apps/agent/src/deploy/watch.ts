import { UserError } from '@slipway/core'
import { type DiskFacts, judgeRelease, type Traffic, type Verdict } from '@slipway/pipeline/monitors'
import type { DeploymentSpec } from '@slipway/protocol'
import type { ProcessRecord } from '../apps/process-record.ts'
import type { Processes } from '../apps/processes.ts'
import type { TrafficHistory } from '../measure/traffic-history.ts'
import { diskOf } from './fetch-release.ts'

/** A gate's worker tells its counts every second. */
const lookMilliseconds = 1_000
/** Until then a process compiles what it runs and fills its caches. */
const warmSeconds = 5
/** Where requests come at all, a release is watched for so long, though the monitors know enough before. */
const watchSecondsMin = 10

/** What was usual when the deployment began, by which the new release is judged. */
export type Usual = { traffic: Map<string, Traffic>; disks: Array<Omit<DiskFacts, 'usedBytesBefore'>> }

export type WatchContext = {
  processes: Pick<Processes, 'waitUntilHealthy'>
  traffic: TrafficHistory
  /** Folders on the disks that matter to services. */
  diskPaths: readonly string[]
  say(line: string): void
}

/** Read before anything is switched. */
export async function readUsual({ traffic, diskPaths }: WatchContext): Promise<Usual> {
  return { traffic: await traffic.read(), disks: await readDisks(diskPaths) }
}

/**
 * Looks at a release that serves, once a second, until the monitors have seen enough, nothing more is to be expected,
 * or the time of its spec is over. Throws the UserError of the first monitor that is red, and what a service that
 * is no longer healthy says. What the monitors said last goes into the log of the deployment.
 */
export async function watch(
  spec: DeploymentSpec,
  records: readonly ProcessRecord[],
  usual: Usual,
  context: WatchContext,
  signal: AbortSignal,
): Promise<void> {
  const { traffic, processes, say } = context
  const sinceSwitch = await traffic.read()
  // Requests that were held for the switch had to wait for it, which is not for the release to answer for.
  await traffic.cut()
  const startedAt = performance.now()
  let isWarm = false
  for (let look = 1; ; look++) {
    await Promise.all(records.map((record) => processes.waitUntilHealthy(record, signal)))
    const now = await traffic.read()
    const seconds = (performance.now() - startedAt) / 1000
    const services = records.flatMap(({ service, port }) => {
      if (port === null) return []
      const { id, name } = service
      const before = usual.traffic.get(id)
      const seen = now.get(id) ?? { seconds, requests: 0, faults: 0, latency: [], isSteady: false }
      // Visitors who come in bursts are not waited for: soon it counts what comes, and not what came.
      const expected = seconds < watchSecondsMin ? [before, sinceSwitch.get(id), seen] : [seen]
      const requestsPerMinute = Math.max(
        ...expected.map((one) =>
          one && one.seconds > 0 ? (60 * one.requests) / Math.max(1, one.seconds) : 0,
        ),
      )
      return [{ name, before, now: seen, requestsPerMinute }]
    })
    const isAsked = services.some(({ requestsPerMinute }) => requestsPerMinute >= 1)
    const verdict = judgeRelease({ look, isWarm, services, disks: await grown(usual, context) })
    if (verdict.red) {
      sayAll(verdict, say)
      throw new UserError(verdict.red.error)
    }
    const isOver = seconds >= spec.watchSeconds
    if (isOver || !(verdict.wantsMore || (isAsked && seconds < watchSecondsMin))) return sayAll(verdict, say)
    if (!isWarm && seconds >= warmSeconds) {
      await traffic.cut()
      isWarm = true
    }
    await new Promise((resolve) => setTimeout(resolve, lookMilliseconds))
  }
}

async function grown(usual: Usual, { diskPaths }: WatchContext): Promise<DiskFacts[]> {
  return (await readDisks(diskPaths)).map((disk) => {
    const before = usual.disks.find(({ path }) => path === disk.path)
    return { ...disk, usedBytesBefore: before?.usedBytes ?? disk.usedBytes }
  })
}

/** A disk that is not there has nothing to say here: what needs it does not come up. */
async function readDisks(paths: readonly string[]): Promise<Usual['disks']> {
  const read = paths.map((path) =>
    diskOf(path).then(
      (disk) => [{ path, ...disk }],
      () => [],
    ),
  )
  return (await Promise.all(read)).flat()
}

const isWords = { fine: 'well', inconclusive: 'not known', red: 'RED' } as const

function sayAll({ said }: Verdict, say: (line: string) => void): void {
  for (const { monitor, is, words } of said) say(`Monitor ${monitor}: ${isWords[is]}. ${words}`)
}
