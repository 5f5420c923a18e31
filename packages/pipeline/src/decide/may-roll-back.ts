/** What is asked of a release before it is brought back. */
export type RollBackFacts = { isLive: boolean; wasHealthy: boolean; isBad: boolean }

/** Why this release is no target of a rollback, in a sentence; undefined when it is one. The page disables by it, the api refuses by it. */
export function whyNotRollBack({ isLive, wasHealthy, isBad }: RollBackFacts): string | undefined {
  if (isLive) return 'It is live now.'
  if (isBad) return 'Its revision was marked bad.'
  if (!wasHealthy) return 'It was never healthy here.'
  return undefined
}
