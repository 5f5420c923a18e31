import { chanceOfAtLeast } from './hypergeometric.ts'

/** Requests, and those of them that failed. Whole counts up to 10 million. */
export type Failures = { requests: number; errors: number }

/**
 * Fisher's exact test, one-sided: how likely so many errors or more fall to the new, were new and old alike. For one
 * look: looked at again and again it is wrong far more often than it says (see error-evidence.ts). The same as SciPy's
 * `fisher_exact(alternative='greater')`, to 1 part in a billion.
 * https://en.wikipedia.org/wiki/Fisher%27s_exact_test
 */
export function fisherExact(of: { old: Failures; new: Failures }): number {
  const all = of.old.requests + of.new.requests
  const marked = of.old.errors + of.new.errors
  return chanceOfAtLeast({ all, marked, drawn: of.new.requests }, of.new.errors)
}
