import { readFileSync } from 'node:fs'
import { eventually } from './address.ts'
import type { Person } from './person.ts'
import { type Repository, terminalOf } from './repository.ts'

const source = readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8')

type Pushed = Awaited<ReturnType<Person['api']['executions']['get']['query']>>

/**
 * Pushes other words, does `meanwhile` once this part of the execution is at work, and waits for the end. It must be a
 * success, of which nothing is there twice: one release more than before, deployed once.
 */
export async function pushThrough(
  place: { person: Person; repository: Repository; app: string },
  words: string,
  kind: 'build' | 'deployment',
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { api, organisationId } = place.person
  const environment = { organisationId, app: place.app, environment: 'production' }
  const releasesBefore = await api.environments.releases.query(environment)
  const execution = await pushUntilEnd(place, words, kind, meanwhile)
  if (execution.error) throw new Error(JSON.stringify(execution.error))
  if (execution.status !== 'succeeded') throw new Error(`it ended as ${execution.status}`)
  // A build that lost its way to the source is begun again; what comes of it is one release, deployed once.
  const deployments = execution.parts.filter((part) => part.kind === 'deployment').length
  const releases = await api.environments.releases.query(environment)
  if (deployments !== 1 || releases.length !== releasesBefore.length + 1)
    throw new Error(`${deployments} deployments, ${releases.length - releasesBefore.length} releases`)
}

/** The same, to whatever end it comes. */
export async function pushUntilEnd(
  { person, repository, app }: { person: Person; repository: Repository; app: string },
  words: string,
  kind: 'build' | 'deployment',
  meanwhile: () => Promise<void>,
): Promise<Pushed> {
  const { api, organisationId } = person
  await repository.commit(words, { 'server.js': source.replace('Hello from a push', words) })
  const pushed = terminalOf(repository.push())
  const number = await eventually(async () => {
    const { executions } = await api.executions.list.query({ organisationId, app })
    const mine = executions.find(({ message }) => message === words)
    if (!mine) return undefined
    const { parts } = await api.executions.get.query({ organisationId, app, number: mine.number })
    const steps = parts.find((part) => part.kind === kind)?.steps ?? []
    // The last step is where the runner or the host works.
    const last = steps.at(-1)
    return last && last.state !== 'pending' ? mine.number : undefined
  }, `the ${kind} of "${words}"`)
  await meanwhile()
  const execution = await eventually(async () => {
    const seen = await api.executions.get.query({ organisationId, app, number }).catch(() => undefined)
    return seen?.endedAt ? seen : undefined
  }, `the end of execution ${number}`)
  await pushed
  return execution
}
