import type { AppId, OrganisationId, UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { Execution } from '../../decide/execution.ts'
import { checksOf } from '../../decide/places.ts'
import { approvalFacts, approverOf, findCheckFacts } from './approval-facts.ts'
import { approve } from './approve.ts'
import { whyNotApprove, whyNotReject } from './decide/why-not-approve.ts'

/** Why a person cannot give their word, in a sentence each; null where they can. */
export type Answers = { whyNotApprove: string | null; whyNotReject: string | null }

/**
 * What this person may answer to each approval that these executions ask for now, by its place; a map for each
 * execution, in their order. The page disables by what the api refuses by.
 */
export async function answersFor(
  db: Database,
  organisationId: OrganisationId,
  executions: readonly { appId: AppId; number: number; state: Execution }[],
  userId: UserId,
): Promise<Map<string, Answers>[]> {
  const asked = executions.map(({ state }) =>
    state.stages
      .flatMap(checksOf)
      .flatMap(([path, { kind, progress }]) =>
        kind === approve.kind && progress.is === 'asked' ? [path] : [],
      ),
  )
  if (asked.every((paths) => paths.length === 0)) return asked.map(() => new Map())
  const person = await approverOf(db, organisationId, userId)
  return db.inOrganisation(organisationId, async (tx) => {
    const all = []
    for (const [index, { appId, number }] of executions.entries()) {
      const answers = new Map<string, Answers>()
      for (const path of asked[index] ?? []) {
        const found = await findCheckFacts(tx, appId, { number, path })
        const facts = await approvalFacts(tx, appId, path, found, person)
        answers.set(path, {
          whyNotApprove: whyNotApprove(facts) ?? null,
          whyNotReject: whyNotReject(facts) ?? null,
        })
      }
      all.push(answers)
    }
    return all
  })
}
