import type { ExecutionEvent } from './event.ts'

/** One line of the event log in words. `nameOf` gives a person's name for an id. */
export function describeEvent(event: ExecutionEvent, nameOf: (id: string) => string): string {
  switch (event.type) {
    case 'received':
      return event.error === null ? received[event.kind] : `Refused: ${event.error.what}`
    case 'build-started':
      return `The build began${retried(event.attempt)}.`
    case 'build-succeeded':
      return 'The build is in the bucket.'
    case 'build-failed':
      return `The build failed${retried(event.attempt)}: ${event.error.what}`
    case 'deploy-requested':
      return `${nameOf(event.by)} pressed Deploy.`
    case 'entered':
      return `Entered ${event.stage}.`
    case 'superseded':
      return 'A newer push took its place and its commits along.'
    case 'check-passed':
      return `${event.by === null ? 'Passed' : `${nameOf(event.by)} opened it`}${because(event.reason)}.`
    case 'check-failed':
      return `${event.error.what}${event.isRed ? ' Its wave goes back.' : ''}`
    case 'generated':
      return `Behind it come: ${event.stages.map(({ name }) => name).join(', ')}.`
    case 'check-overridden':
      return `${nameOf(event.by)} passed it over${because(event.reason)}.`
    case 'target-deploying':
      return `Release ${event.release} is being deployed.`
    case 'target-healthy':
      return 'Healthy and live.'
    case 'target-red':
      return `${event.error.what} The host goes back.`
    case 'target-failed':
      return `${event.error.what}${undone[event.undone]}`
    case 'target-stopped':
      return `Stopped.${undone[event.undone]}`
    case 'target-restored':
      return 'What ran before is back.'
    case 'target-restore-failed':
      return `What ran before could not be put back: ${event.error.what}`
    case 'cancel-requested':
      return `${nameOf(event.by)} cancelled.`
    case 'deadline':
      return late[event.wait]
  }
}

const received = {
  push: 'The push was received.',
  redeploy: 'Asked to be deployed again.',
  configuration: 'The configuration was changed.',
  rollback: 'Asked to bring an earlier release back.',
} as const

const undone = {
  undone: ' The host went back to what ran before.',
  untouched: ' What ran before was not touched.',
  unknown: '',
} as const

const late = {
  building: 'The build took too long.',
  holding: 'Nobody pressed Deploy in time.',
  waiting: 'The stage was busy for too long.',
  checking: 'It was not done in time.',
  fresh: 'What it passed on no longer holds.',
  deploying: 'The deployment took too long.',
  stopping: 'The host did not answer in time that it stopped.',
  restoring: 'Going back took too long.',
} as const

function retried(attempt: number): string {
  return attempt > 1 ? `, attempt ${attempt}` : ''
}

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : `: ${reason}`
}
