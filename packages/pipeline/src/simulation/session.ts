import type { Moment } from './moment.ts'
import type { Outside } from './outside.ts'
import type { Job, Rows } from './rows.ts'
import type { Seed } from './seed.ts'

/**
 * What a job works with. It gives way at each `yield`, which is where the real one awaits: there others go on, its
 * worker may die, or what it holds may run out.
 */
export type Session = {
  rows: Rows
  outside: Outside
  seed: Seed
  /** The process that runs it, for what only one may hold. */
  holder: string
  /** By the clock of its worker, which may be apart from the database's. */
  clock(): Moment
}

export type Work<T = void> = Generator<undefined, T, undefined>

/** As exclusively.ts holds a lease: so long, where its holder dies or stalls. */
export const exclusiveSeconds = 15

/** Runs `work` while nobody else does what has this name, or answers false at once. */
export function* exclusively({ rows, holder }: Session, name: string, work: () => Work): Work<boolean> {
  if (rows.takeLease(name, holder, exclusiveSeconds) === undefined) return false
  try {
    yield
    yield* work()
  } finally {
    rows.releaseLease(name, holder)
  }
  return true
}

/** As look.ts does: once more at `until`, unless a later look was set since. */
export function isStale(rows: Rows, place: string, timer: Moment | undefined): boolean {
  const { waitUntil } = rows.stepsOf(place)
  return timer !== undefined && waitUntil !== null && waitUntil > timer
}

/**
 * As lookAgainAt of look.ts, at `until`. A look that came early asks for the very moment that its own row, which ends now,
 * was set for: with the key of that moment alone there would be no other row, and nobody would look again.
 */
export function lookAgain(
  { rows, holder }: Session,
  place: string,
  job: Extract<Job, { name: 'effect' }>,
  until: Moment,
): void {
  const asker = rows.has('early-look-looks-again') ? `/${holder}` : ''
  rows.stepsOf(place).waitUntil = until
  rows.enqueue({ ...job, timer: until }, { key: `${place}/look/${until}${asker}`, dueAt: until })
}
