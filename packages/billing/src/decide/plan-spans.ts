import { ceilMinute } from './month.ts'

export const plans = ['usage', 'seats'] as const
export type Plan = (typeof plans)[number]

/** From `at` on this plan is in force. `at` is the start of a minute. */
export type PlanChange = { plan: Plan; at: Date }

export type PlanSpan = { plan: Plan; from: Date; until: Date }

/**
 * The plans of `[from, until)` one after the other, without a gap: each minute is under exactly one. Before
 * the first change the plan is usage. Changes come in the order in which they were asked for; of two for the
 * same minute the later holds.
 */
export function planSpans(changes: PlanChange[], from: Date, until: Date): PlanSpan[] {
  const inOrder = changes.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const spans: PlanSpan[] = []
  let plan: Plan = inOrder.findLast((change) => change.at <= from)?.plan ?? 'usage'
  let start = from
  const close = (end: Date) => {
    const last = spans.at(-1)
    if (end <= start) return
    if (last?.plan === plan) last.until = end
    else spans.push({ plan, from: start, until: end })
    start = end
  }
  for (const change of inOrder) {
    const at = ceilMinute(change.at)
    if (at <= from) continue
    if (at >= until) break
    close(at)
    plan = change.plan
  }
  close(until)
  return spans
}

/** When a plan that is asked for now begins: with the next minute, so that no minute that began changes its plan. */
export function nextPlanStart(now: Date): Date {
  return ceilMinute(new Date(now.getTime() + 1))
}
