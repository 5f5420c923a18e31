import { notFound, realClock } from '@slipway/core'
import { roleOf } from '@slipway/organisations'
import { procedure, router } from '../procedure.ts'
import { trpcErrorOf } from '../user-error-answer.ts'

/** How often it is asked whether the reader is still a member, besides when members change. */
const lookMilliseconds = 20_000

export const live = router({
  /**
   * What changed, as a topic; the reader fetches what it shows of it again. `*` means anything may have. `at` is
   * the product's time, by which the reader can say how long ago things were. Ends with not-found once the reader
   * is no member any more.
   */
  changes: procedure.organisation('organisation.read').subscription(async function* ({ ctx, signal }) {
    const until = signal ?? new AbortController().signal
    let lookedAt = realClock.now().getTime()
    for await (const topic of ctx.live.changes(ctx.organisationId, until, lookMilliseconds)) {
      const now = realClock.now().getTime()
      if (topic === 'members' || now - lookedAt >= lookMilliseconds) {
        const role = await roleOf(ctx.db, ctx.organisationId, ctx.caller.userId)
        // Not by its procedure's own answer: that was given when the stream began.
        if (role === undefined) throw trpcErrorOf(notFound('organisation'))
        lookedAt = now
      }
      if (topic !== undefined) yield { topic, at: ctx.clock.now().toISOString() }
    }
  }),
})
