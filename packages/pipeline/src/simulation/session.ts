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
  /** The moment for which the look that goes on now was set, where a timer asked for it. */
  timer: Moment | undefined
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

/** As look.ts does: a timer's look is not wanted any more where one that came since has set a later one. */
export function isStale({ rows, timer }: Session, place: string): boolean {
  const { waitUntil } = rows.stepsOf(place)
  return timer !== undefined && waitUntil !== null && waitUntil > timer
}

/** As runSteps leaves it: its steps wait until then, and are looked at again. */
export function park(session: Session, place: string, job: LookJob, until: Moment): void {
  session.rows.stepsOf(place).waitUntil = until
  lookAgain(session, place, job, until)
}

type LookJob = Extract<Job, { name: 'effect' | 'rehearse' }>

/** As putOff of look.ts: somebody else is at it; those that are put off in one moment are one row. */
export function putOff(session: Session, place: string, job: LookJob, milliseconds: number): void {
  const earliest = session.clock() + milliseconds / 2
  lookAgain(session, place, job, Math.ceil(earliest / milliseconds) * milliseconds)
}

/**
 * As lookAgainAt of look.ts, at `until`. A look that came early asks for the very moment that its own row, which ends now,
 * was set for: with the key of that moment alone there would be no other row, and nobody would look again. A clock that is
 * behind asks for no earlier one, which would be taken for stale.
 */
function lookAgain({ rows, holder, timer }: Session, place: string, job: LookJob, until: Moment): void {
  const own = rows.has('late-look-keeps-its-moment') ? (timer ?? until) : until
  const at = Math.max(until, own)
  const asker = at === timer && rows.has('early-look-looks-again') ? `/${holder}` : ''
  rows.enqueue({ ...job, timer: at }, { key: `${place}/look/${at}${asker}`, dueAt: at })
}
