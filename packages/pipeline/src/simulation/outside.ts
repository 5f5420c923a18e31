import type { EnvironmentId } from '@slipway/core'
import type { Moment } from './moment.ts'

/** What a monitor says of an environment when it is asked: a share of faults, measured at a moment. */
export type Reading = { faults: number; measuredAt: Moment } | undefined

export type Mood = 'fine' | 'red' | 'flaps' | 'silent' | 'stale' | 'not-a-number'

const faultsMax = 0.05
const freshSeconds = 60
const periodMilliseconds = 3_600_000

/** What is outside and answers questions: monitors, the hours of a window, the commands of steps. */
export class Outside {
  readonly moods = new Map<EnvironmentId, Mood>()
  /** Commands of steps and builds by their identity, with when they end. A command that is known is not begun again. */
  readonly commands = new Map<string, { begun: number; endsAt: Moment; isGood: boolean }>()

  read(environmentId: EnvironmentId, now: Moment): Reading {
    switch (this.moods.get(environmentId) ?? 'fine') {
      case 'fine':
        return { faults: 0.001, measuredAt: now - 1000 }
      case 'red':
        return { faults: 0.5, measuredAt: now - 1000 }
      case 'flaps':
        return { faults: Math.floor(now / 30_000) % 2 === 0 ? 0.5 : 0.001, measuredAt: now - 1000 }
      case 'silent':
        return undefined
      case 'stale':
        return { faults: 0.001, measuredAt: now - 10 * freshSeconds * 1000 }
      case 'not-a-number':
        return { faults: Number.NaN, measuredAt: now - 1000 }
    }
  }

  /** Begins what has this identity, or finds it again. */
  command(identity: string, endsAt: Moment, isGood: boolean) {
    const known = this.commands.get(identity)
    if (known !== undefined) return known
    const command = { begun: 1, endsAt, isGood }
    this.commands.set(identity, command)
    return command
  }
}

/** Inconclusive is neither: it blocks, and never passes. */
export function judge(reading: Reading, now: Moment): 'fine' | 'red' | 'inconclusive' {
  if (reading === undefined || !Number.isFinite(reading.faults)) return 'inconclusive'
  if (now - reading.measuredAt > freshSeconds * 1000) return 'inconclusive'
  return reading.faults > faultsMax ? 'red' : 'fine'
}

/** A window is open for one hour, then shut for one. */
export function windowAt(now: Moment): { isOpen: boolean; until: Moment } {
  const period = Math.floor(now / periodMilliseconds)
  return { isOpen: period % 2 === 0, until: (period + 1) * periodMilliseconds }
}
