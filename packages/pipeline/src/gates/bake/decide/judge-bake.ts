import type { PlannedCheck } from '@slipway/manifest'
import type { Seen } from './look.ts'

export type BakeAsked = Pick<
  Extract<PlannedCheck, { kind: 'bake' }>,
  'minutes' | 'requests' | 'atMostMinutes'
>

export type BakeFacts = {
  asked: BakeAsked
  since: Date
  now: Date
  /** Of each environment: requests since it is healthy, and when the newest minute began that it told of. */
  environments: readonly { region: string; requests: number; newestMinute: Date | null }[]
  /** Each with what it is called; undefined where it was not looked at yet. */
  monitors: readonly { words: string; seen: Seen | undefined }[]
}

export type BakeJudged =
  | { is: 'enough' }
  /** `words` say how far it is, and what is missing. */
  | { is: 'not-yet'; words: string }
  /** It has waited as long as it may. */
  | { is: 'late'; words: string }

/**
 * Two minutes and a half from the beginning of a minute: it is over after one, told at once, and the next is
 * expected within another; the rest is for the way.
 */
const freshMilliseconds = 150_000

/** Whether what was measured in a minute still says how things are. */
export function isFreshMinute(minute: Date, now: Date): boolean {
  return now.getTime() - minute.getTime() <= freshMilliseconds
}

/**
 * Whether a release has baked: so many minutes AND so many requests AND figures of now from everywhere AND every
 * monitor fine at its last look. What is not known is missing, however long it was waited for.
 */
export function judgeBake({ asked, since, now, environments, monitors }: BakeFacts): BakeJudged {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000)
  const requests = environments.reduce((sum, each) => sum + each.requests, 0)
  const silent = environments.filter(
    ({ newestMinute }) => newestMinute === null || !isFreshMinute(newestMinute, now),
  )
  const unwell = monitors.filter(({ seen }) => seen?.is !== 'fine')
  const isEnough =
    environments.length > 0 &&
    minutes >= asked.minutes &&
    requests >= asked.requests &&
    silent.length === 0 &&
    unwell.length === 0
  if (isEnough) return { is: 'enough' }
  const progress = [`${count(Math.min(minutes, asked.minutes))} of ${count(asked.minutes)} minutes`]
  if (asked.requests > 0) progress.push(`${count(requests)} of ${count(asked.requests)} requests`)
  const words = [
    progress.join(', '),
    ...silent.map(silence),
    ...unwell.map(({ words: name, seen }) => `${name}: ${seen?.words ?? 'not looked at yet'}`),
  ].join('; ')
  return { is: minutes >= asked.atMostMinutes ? 'late' : 'not-yet', words }
}

function silence({ region, newestMinute }: BakeFacts['environments'][number]): string {
  if (newestMinute === null) return `no figures from ${region}`
  return `no fresh figures from ${region} since ${newestMinute.toISOString().slice(11, 16)} UTC`
}

function count(value: number): string {
  return value.toLocaleString('en-GB')
}
