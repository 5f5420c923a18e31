import type { HostCommandId } from '@slipway/core'
import type { PlannedMonitor } from '@slipway/manifest'
import type { z } from 'zod'
import type { GateContext } from '../gate.ts'
import type { Look } from './decide/look.ts'
import type { Figures } from './figures.ts'
import type { MonitorAsked } from './monitor-asked.ts'

export type LookContext = GateContext & {
  /** What the environments measured in the last minutes, read once a look. */
  figures(): Promise<Figures[]>
  /** When this monitor was looked at before; undefined at first. */
  lookedAt: Date | undefined
  /** The last question that a host or runner was sent for this monitor; undefined before the first. */
  asked: Asked | undefined
}

/** A question to a host or runner, which answers later, and when it was sent. */
export type Asked = { commandId: HostCommandId; at: Date }

/** What came of a look: nothing where it was too early for one. `asked` where a question went out, or still counts. */
export type Looked = { look?: Look | undefined; asked?: Asked | undefined }

/**
 * A kind of monitor that a manifest can name: a file here and a line in the list. It is looked at again and again
 * while a bake waits; a look is worth something only where it saw something new (`Look.of`).
 */
export type StageMonitor = {
  kind: PlannedMonitor['kind']
  plan(planned: PlannedMonitor): MonitorAsked[]
  look(ask: MonitorAsked['ask'], context: LookContext): Promise<Looked>
}

/** A monitor with its own shape of what it asks; parsed when it comes back out of a row. */
export function defineMonitor<
  K extends PlannedMonitor['kind'],
  A extends z.ZodType<MonitorAsked['ask']>,
>(kind: {
  kind: K
  ask: A
  plan(planned: Extract<PlannedMonitor, { kind: K }>): { words: string; ask: z.input<A> }
  look(ask: z.output<A>, context: LookContext): Promise<Looked>
}): StageMonitor {
  return {
    kind: kind.kind,
    plan: (planned) => {
      if (!isOf(planned, kind.kind)) return []
      const { words, ask } = kind.plan(planned)
      return [{ kind: kind.kind, words, ask: kind.ask.parse(ask) }]
    },
    look: (ask, context) => kind.look(kind.ask.parse(ask), context),
  }
}

function isOf<K extends PlannedMonitor['kind']>(
  planned: PlannedMonitor,
  kind: K,
): planned is Extract<PlannedMonitor, { kind: K }> {
  return planned.kind === kind
}
