import type { AppId, ExecutionId, Id, OrganisationId } from '@slipway/core'
import type { PlanResult } from '@slipway/manifest'
import type { Commit } from './source.ts'

/** A ref that moved, with what is at its new place. The same for all git hosts. */
export type Push = {
  id: Id<'push'>
  organisationId: OrganisationId
  appId: AppId
  /** Full name: `refs/heads/main`, `refs/tags/v1`. */
  ref: string
  /** Where it stood when it was last recorded; 40 zeros when it is new. */
  before: string
  /** Where it stands; 40 zeros when it is gone. */
  after: string
  /** Id of the user who pushed, or `slipway` where that is not known. */
  by: string
  receivedAt: Date
  /** What `after` has and `before` has not, newest first, at most 250; the first is `after` itself unless it brings nothing new. */
  commits: Commit[]
  /** The commit at `after`; undefined when the ref is gone. */
  head: Commit | undefined
  /** What the files at `after` ask for; undefined when the ref is gone. */
  plan: PlanResult | undefined
}

/** What a push leads to, for the words at the end of `git push`. */
export type PushOutcome =
  /** An execution began; it is followed until its end. */
  | { kind: 'deploys'; executionId: ExecutionId; number: number }
  /** It waits for a person's Deploy. */
  | { kind: 'waits' }
  /** This ref deploys nothing; pushes to `branch` do. */
  | { kind: 'stays'; branch: string }

/** The branch that a full ref name means; undefined for a tag. */
export function branchOf(ref: string): string | undefined {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
}
