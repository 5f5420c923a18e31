import { runnerGigabytes } from '../runner/runner-stack.ts'
import type { Cost } from './cost.ts'
import { costOf, instanceMinutesLine, volumeLine } from './price.ts'

/** A runner's month: its instance for the minutes that it ran, and its disk with the caches, which stays all month. */
export function runnerCost(region: string, runner: { instanceType: string; minutes: number }): Cost {
  return costOf([
    instanceMinutesLine(region, runner.instanceType, runner.minutes),
    volumeLine(region, 'Disk of the runner', { gigabytes: runnerGigabytes, type: 'gp3' }),
  ])
}
