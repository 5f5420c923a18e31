import { realClock } from '@slipway/core'
import { roleOf } from '@slipway/organisations'
import { procedure, router } from '../procedure.ts'

/** How long somebody who was removed may still hear that something changed (not what). */
const lookMilliseconds = 20_000

export const live = router({
  /**
   * What changed, as a topic; the reader fetches what it shows of it again. `*` means anything may have. `at` is
   * the product's time, by which the reader can say how long ago things were.
   */
  changes: procedure.organisation('organisation.read').subscription(async function* ({ ctx, signal }) {
    const until = signal ?? new AbortController().signal
    let lookedAt = realClock.now().getTime()
    for await (const topic of ctx.live.changes(ctx.organisationId, until, lookMilliseconds)) {
      const now = realClock.now().getTime()
      if (now - lookedAt >= lookMilliseconds) {
        if ((await roleOf(ctx.db, ctx.organisationId, ctx.caller.userId)) === undefined) return
        lookedAt = now
      }
      if (topic !== undefined) yield { topic, at: ctx.clock.now().toISOString() }
    }
  }),
})
