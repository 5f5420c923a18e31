import type { AppId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { Execution } from '../../decide/execution.ts'
import { checksOf } from '../../decide/places.ts'
import { type Approver, approvalFacts, findCheckFacts } from './approval-facts.ts'
import { approve } from './approve.ts'
import { whyNotApprove, whyNotReject } from './decide/why-not-approve.ts'

/** Why a person cannot give their word, in a sentence each; null where they can. */
export type Answers = { whyNotApprove: string | null; whyNotReject: string | null }

/**
 * What this person may answer to each approval that an execution asks for now, by its place: the page disables by
 * what the api refuses by.
 */
export async function answersFor(
  tx: Tx,
  appId: AppId,
  { number, state }: { number: number; state: Execution },
  person: Approver,
): Promise<Map<string, Answers>> {
  const answers = new Map<string, Answers>()
  for (const [path, { kind, progress }] of state.stages.flatMap(checksOf)) {
    if (kind !== approve.kind || progress.is !== 'asked') continue
    const found = await findCheckFacts(tx, appId, { number, path })
    const facts = await approvalFacts(tx, appId, path, found, person)
    answers.set(path, {
      whyNotApprove: whyNotApprove(facts) ?? null,
      whyNotReject: whyNotReject(facts) ?? null,
    })
  }
  return answers
}
