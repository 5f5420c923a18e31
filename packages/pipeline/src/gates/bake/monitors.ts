import type { PlannedMonitor } from '@slipway/manifest'
import { alarm } from './alarm/alarm.ts'
import { command } from './command/command.ts'
import { datadog } from './datadog/datadog.ts'
import type { Look } from './decide/look.ts'
import { http } from './http/http.ts'
import { metric } from './metric/metric.ts'
import type { LookContext, Looked, StageMonitor } from './monitor.ts'
import type { MonitorAsked } from './monitor-asked.ts'

/** All kinds of monitors: each that a manifest can name. */
const monitors: Record<PlannedMonitor['kind'], StageMonitor> = { alarm, http, datadog, metric, command }

/** What lies in the row of a gate for the monitors of its stage, in their order. */
export function monitorsAsked(planned: readonly PlannedMonitor[]): MonitorAsked[] {
  return planned.flatMap((each) => monitors[each.kind].plan(each))
}

/** One more look at a monitor, where it is time for one. */
export async function lookAt({ kind, ask }: MonitorAsked, context: LookContext): Promise<Looked> {
  const monitor = Object.values(monitors).find((each) => each.kind === kind)
  return monitor === undefined ? { look: unknown(context.clock.now()) } : monitor.look(ask, context)
}

/** The execution was begun by a version that knows more. */
function unknown(at: Date): Look {
  return { is: 'inconclusive', of: at.toISOString(), words: 'this version of Slipway cannot ask it' }
}
