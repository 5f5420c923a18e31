import { UserError, type UserErrorFields } from '@slipway/core'

/** Where in a file something is, both counted from 1. */
export type Place = { file: string; line: number; column: number }

/** One thing that is wrong with what a repository asks for. */
export type ManifestProblem = UserErrorFields & {
  place?: Place
  /** The value as it stands in the file, cut to 80 characters. */
  value?: string
  /** The right name that is nearest to the wrong one. */
  nearest?: string
}

/** `slipway.yaml:4:3`, as editors and terminals understand it. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}

/** Where a field of the manifest stands; undefined when there is no manifest. */
export type PlaceOf = (path: readonly (string | number)[]) => Place | undefined

/** A place as part of a problem, none when there is none. */
export function withPlace(place: Place | undefined): { place?: Place } {
  return place ? { place } : {}
}

/** One problem in one line: place, what, what to do. */
export function describeProblem(problem: ManifestProblem): string {
  const place = problem.place ? `${formatPlace(problem.place)} ` : ''
  return `${place}${[problem.what, problem.why, problem.todo].filter(Boolean).join(' ')}`
}

/** All problems as the one error that ends a build: one in full, several as a line each. */
export function problemsError(problems: ManifestProblem[]): UserError {
  const [first, ...others] = problems
  if (first === undefined) throw new RangeError('no problem to report')
  if (others.length === 0) {
    return new UserError({
      ...plainFields(first),
      what: first.place ? `${formatPlace(first.place)}: ${first.what}` : first.what,
    })
  }
  return new UserError({
    code: first.code,
    what: `${problems.length} things are wrong with what this revision asks for.`,
    details: problems.map(describeProblem),
  })
}

function plainFields(problem: ManifestProblem): UserErrorFields {
  const { place: _place, value: _value, nearest: _nearest, ...fields } = problem
  return fields
}
