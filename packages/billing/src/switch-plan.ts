import { type Clock, newId, type OrganisationId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { audit } from '@slipway/organisations'
import { enqueueClosing } from './closing/close-month.ts'
import { monthOf } from './decide/month.ts'
import { nextPlanStart, type Plan } from './decide/plan-spans.ts'
import { lockBill } from './lock.ts'
import { askIn, readPlanChanges } from './read-basis.ts'

/**
 * Puts the organisation on a plan from the next minute on, and answers when that is; at any minute, both ways,
 * as often as wanted. The plan it has already changes nothing and answers since when it has it (null: always).
 * For who `may` 'bill.switch-plan'; `by` is the actor for the audit log.
 */
export async function switchPlan(
  db: Database,
  organisationId: OrganisationId,
  change: { plan: Plan; by: string },
  clock: Clock,
): Promise<{ plan: Plan; since: Date | null }> {
  return db.inOrganisation(organisationId, async (tx) => {
    await lockBill(tx, organisationId)
    const last = (await readPlanChanges(askIn(tx), organisationId)).at(-1)
    if ((last?.plan ?? 'usage') === change.plan) return { plan: change.plan, since: last?.at ?? null }
    const now = clock.now()
    const frozen = await tx.bill.findFirst({ where: { organisationId }, orderBy: { month: 'desc' } })
    // A clock that is behind that of the process which froze a month must not reach into it.
    const open = frozen === null ? now : monthOf(frozen.month).end
    const at = open > now ? open : nextPlanStart(now)
    await tx.planChange.create({
      data: { id: newId('planChange', now), organisationId, plan: change.plan, at, by: change.by },
    })
    await audit(tx, organisationId, {
      actor: change.by,
      action: 'bill.switch-plan',
      subject: organisationId,
      at: now,
      detail: { plan: change.plan, from: at.toISOString() },
    })
    await enqueueClosing(tx, organisationId, monthOf(at))
    await announce(tx, organisationId, 'bill')
    return { plan: change.plan, since: at }
  })
}
