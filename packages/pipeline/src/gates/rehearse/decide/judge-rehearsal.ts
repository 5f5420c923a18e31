import type { UserErrorFields } from '@slipway/core'

/** How one way of an environment is, as its row says. */
export type WayIs = { is: 'running' | 'healthy' | 'cancelled' } | { is: 'failed'; error: UserErrorFields }

/** An environment of a rehearsal. A way that has not begun is null. */
export type Rehearsed = {
  environment: string
  /** Number of the release to go back to; null where there is none. */
  to: number | null
  back: WayIs | null
  forward: WayIs | null
}

export type Judged =
  | { is: 'well' }
  /** `on` ends “it waits for”. */
  | { is: 'not-yet'; on: string; done: number }
  | { is: 'failed'; error: UserErrorFields }

/** It has passed when every environment was well both ways, or has nothing to go back to. */
export function judgeRehearsal(all: readonly Rehearsed[]): Judged {
  const open = all.filter((each) => !isOver(each))
  if (open.length > 0)
    return { is: 'not-yet', on: open.map(onItsWay).join(', '), done: all.length - open.length }
  const failures = [...all.flatMap(notForward), ...all.flatMap(notBack)]
  const [error] = failures
  return error === undefined ? { is: 'well' } : { is: 'failed', error }
}

function isOver({ to, back, forward }: Rehearsed): boolean {
  if (back === null) return to === null
  if (forward !== null) return forward.is !== 'running'
  // The way forward begins with the end of the way back, unless the host went on with what it ran.
  return back.is === 'failed' || back.is === 'cancelled'
}

function onItsWay({ environment, to, back, forward }: Rehearsed): string {
  const isBack = back?.is === 'healthy' || forward !== null
  return isBack ? `${environment} to go forward again` : `${environment} to go back to release ${to}`
}

function notForward({ environment, forward }: Rehearsed): UserErrorFields[] {
  if (forward === null || forward.is === 'healthy') return []
  return [
    {
      code: 'rehearsal-not-forward',
      kind: 'failed',
      what: `${environment} went back to the release before, and was not well when it went forward again.`,
      why: causeOf(forward),
      todo: 'Its wave goes back. Find in the log of the rehearsal what the release met there that it did not meet the first time, then push a repair.',
    },
  ]
}

function notBack({ environment, back }: Rehearsed): UserErrorFields[] {
  if (back === null || back.is === 'healthy') return []
  return [
    {
      code: 'rehearsal-not-back',
      kind: 'failed',
      what: `${environment} could not go back to the release before.`,
      why: causeOf(back),
      todo: 'What was deployed stays. Change it so that the release before can still run with what it leaves behind, such as its changes to a database, then push again.',
    },
  ]
}

function causeOf(way: WayIs): string {
  return way.is === 'failed' ? way.error.what : 'It was taken over by another deployment.'
}
