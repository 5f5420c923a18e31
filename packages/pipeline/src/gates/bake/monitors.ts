import type { PlannedMonitor } from '@slipway/manifest'
import { alarm } from './alarm/alarm.ts'
import { afterLook, type Look, type Seen } from './decide/look.ts'
import { http } from './http/http.ts'
import { metric } from './metric/metric.ts'
import type { LookContext, MonitorAsked, StageMonitor } from './monitor.ts'

/** All kinds of monitors that can be asked. A kind that a manifest may name and that is not here is refused. */
const monitors: readonly StageMonitor[] = [alarm, http, metric]

export function isKnownMonitor({ kind }: PlannedMonitor): boolean {
  return monitors.some((each) => each.kind === kind)
}

/** What lies in the row of a bake for the monitors of its stage, in their order. */
export function monitorsAsked(planned: readonly PlannedMonitor[]): MonitorAsked[] {
  return planned.flatMap((each) => monitors.flatMap((monitor) => monitor.plan(each)))
}

/** One more look at a monitor, where it is time for one, and what is known with it. */
export async function lookAt(
  { kind, ask }: MonitorAsked,
  before: Seen | undefined,
  context: LookContext,
): Promise<Seen | undefined> {
  const monitor = monitors.find((each) => each.kind === kind)
  const look = monitor === undefined ? unknown(context.clock.now()) : await monitor.look(ask, context)
  return look === undefined ? before : afterLook(before, look)
}

/** The execution was begun by a version that knows more. */
function unknown(at: Date): Look {
  return { is: 'inconclusive', of: at.toISOString(), words: 'this version of Slipway cannot ask it' }
}
