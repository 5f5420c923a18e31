import type { HostMinute, ServiceMinute } from '@slipway/hosts'
import { freeShareMin } from '../disk/disk.ts'
import { faultShareMax } from '../faults/faults.ts'
import { slowestTwentieth, slowMillisecondsMax } from '../latency/latency.ts'
import type { Judgement, Traffic } from '../monitor.ts'
import { silentSecondsMax } from '../requests/requests.ts'
import { judgeRelease } from './judge-release.ts'

/** How a monitor stands now, with no release being watched. What `figure` and `limit` count is the monitor's own. */
export type Standing = {
  monitor: 'faults' | 'latency' | 'requests' | 'disk'
  is: Judgement['is']
  /**
   * faults: share of 1 · latency: milliseconds of the slowest twentieth · requests: a minute · disk: free share of 1.
   * Null where it is not known.
   */
  figure: number | null
  /** faults, latency, disk: as the figure · requests: seconds without any. Null where there is none to compare with. */
  limit: number | null
  /** Since when it stands so; null for longer than was looked back, and where it is not known now. */
  since: Date | null
}

const minuteMilliseconds = 60_000
const nowMinutes = 2
const beforeMinutes = 10
/** So far back is looked for when it last stood otherwise. */
const sinceMinutesMax = 60
/** As many minutes as are read for it all. */
export const minutesNeeded = sinceMinutesMax + nowMinutes + beforeMinutes
/** Minutes come a minute late at most; without a newer one than this nothing is known of now. */
const lateMinutesMax = 3
/** It is asked again and again, so it is asked as strictly as at a late look at a release. */
const look = 60

/**
 * What the monitors of traffic say of a service's last two minutes beside the ten before: the comparison that a
 * release is judged by, over minutes instead of seconds. `minutes` are oldest first.
 */
export function standOfService(minutes: readonly ServiceMinute[], now: Date): Standing[] {
  const newest = newestMinute(minutes, now)
  const seen = newest === undefined ? undefined : windowsAt(minutes, newest)
  const before = seen?.before
  const requests = seen?.now.requests ?? 0
  const figures = {
    faults: requests > 0 && seen ? seen.now.faults / requests : null,
    latency: requests > 0 && seen ? slowestTwentieth(seen.now) : null,
    requests: seen ? (60 * requests) / seen.now.seconds : null,
  }
  const limits = {
    faults: faultShareMax(before),
    latency: slowMillisecondsMax(before) ?? null,
    requests: silentSecondsMax(before) ?? null,
  }
  return (['faults', 'latency', 'requests'] as const).map((monitor) => {
    const isAt = (at: number) => {
      const there = windowsAt(minutes, at)
      return there && judgedBy(monitor, there)
    }
    const { is, since } = standing(isAt, newest)
    return { monitor, is, figure: figures[monitor], limit: limits[monitor], since }
  })
}

/** What the monitor of disks says of a host now, whoever filled it. */
export function standOfDisk(minutes: readonly HostMinute[], now: Date): Standing {
  const newest = newestMinute(minutes, now)
  const at = (time: number) => minutes.find(({ minute }) => minute.getTime() === time)
  const isAt = (time: number) => {
    const there = at(time)
    if (there === undefined) return undefined
    const { diskBytes: usedBytes, diskTotalBytes: totalBytes } = there
    const disks = [{ path: '/', totalBytes, usedBytes, usedBytesBefore: 0 }]
    return judgeRelease({ look, isWarm: true, services: [], disks }).said[0]?.is
  }
  const last = newest === undefined ? undefined : at(newest)
  const figure = last && last.diskTotalBytes > 0 ? 1 - last.diskBytes / last.diskTotalBytes : null
  return { monitor: 'disk', ...standing(isAt, newest), figure, limit: freeShareMin }
}

function newestMinute(minutes: ReadonlyArray<{ minute: Date }>, now: Date): number | undefined {
  const newest = minutes.at(-1)?.minute.getTime()
  if (newest === undefined || now.getTime() - newest > lateMinutesMax * minuteMilliseconds) return undefined
  return newest
}

type Windows = { now: Traffic; before: Traffic | undefined }

/** Undefined for a minute that was not measured. */
function windowsAt(minutes: readonly ServiceMinute[], at: number): Windows | undefined {
  const until = at + minuteMilliseconds
  const from = until - nowMinutes * minuteMilliseconds
  const within = (begin: number, end: number) =>
    minutes.filter(({ minute }) => minute.getTime() >= begin && minute.getTime() < end)
  const recent = within(from, until)
  if (recent.at(-1)?.minute.getTime() !== at) return undefined
  const earlier = within(from - beforeMinutes * minuteMilliseconds, from)
  return { now: trafficOf(recent), before: earlier.length === 0 ? undefined : trafficOf(earlier) }
}

function trafficOf(minutes: readonly ServiceMinute[]): Traffic {
  const sum = (of: (minute: ServiceMinute) => number) =>
    minutes.reduce((total, minute) => total + of(minute), 0)
  const buckets = Math.max(...minutes.map(({ latency }) => latency.length))
  return {
    seconds: minutes.length * 60,
    requests: sum(({ requests }) => requests),
    faults: sum(({ errors }) => errors),
    latency: Array.from({ length: buckets }, (_, bucket) => sum(({ latency }) => latency[bucket] ?? 0)),
    isSteady: minutes.length >= nowMinutes && minutes.every(({ requests }) => requests > 0),
  }
}

function judgedBy(monitor: Standing['monitor'], { now, before }: Windows): Judgement['is'] | undefined {
  const requestsPerMinute = (60 * now.requests) / now.seconds
  const services = [{ name: '', before, now, requestsPerMinute }]
  return judgeRelease({ look, isWarm: true, services, disks: [] }).said.find((one) => one.monitor === monitor)
    ?.is
}

function standing(
  isAt: (minute: number) => Judgement['is'] | undefined,
  newest: number | undefined,
): Pick<Standing, 'is' | 'since'> {
  const is = newest === undefined ? undefined : isAt(newest)
  if (newest === undefined || is === undefined) return { is: 'inconclusive', since: null }
  for (let back = 1; back <= sinceMinutesMax; back++) {
    const at = newest - back * minuteMilliseconds
    // It was known when that minute was over.
    if (isAt(at) !== is) return { is, since: new Date(at + 2 * minuteMilliseconds) }
  }
  return { is, since: null }
}
