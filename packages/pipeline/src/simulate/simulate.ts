import { asId, type CloudAccountId, type ExecutionId, newId } from '@slipway/core'
import { type AppPlan, describeProblem, type PipelinePlan } from '@slipway/manifest'
import type { Effect } from '../decide/effect.ts'
import type { EventOf, ExecutionEvent } from '../decide/event.ts'
import type { Execution } from '../decide/execution.ts'
import { move, type Pipeline } from '../decide/move.ts'
import { findCheck } from '../decide/places.ts'
import { later } from '../decide/too-late.ts'
import { gateOf } from '../gates/index.ts'
import { onlyProduction, type Stages, stagesWith, wantedBy } from '../stages-of-plan.ts'

/** One line of what a push would do. `at` is when, by the invented clock. */
export type SimulatedLine = { at: Date; place: string; words: string }

/** A place that goes wrong: a target that is not healthy, a step that fails, a monitor that turns red while it bakes. */
type Wrong = { path: string; isRed?: boolean }

const buildSeconds = 120
const deploySeconds = 90
const id: ExecutionId = asId('execution', 'exe_simulated')
const release = asId('release', 'rel_simulated')
const error = { code: 'simulated', what: 'It went wrong, as was asked.' }

type Options = {
  startsAt: Date
  home: Home
  wrong?: readonly Wrong[]
  /** What the commands of entries that generate would print, by the names of their stages; of others it is not known. */
  said?: ReadonlyMap<string, string>
}
type Home = { account: string; region: string }

/**
 * What a push would do: the plan's pipeline pushed through the very engine that runs it, with an invented clock and
 * outcomes. Builds, deployments and commands take a guessed time; gates pass when they would if all goes well outside.
 * Nothing is read or made anywhere. Throws a RangeError where it does not come to an end.
 */
export function simulate(
  plan: Pick<AppPlan, 'pipeline'>,
  options: Options,
): { lines: SimulatedLine[]; execution: Execution } {
  const world = new World(options)
  world.happen({
    type: 'received',
    at: options.startsAt.toISOString(),
    kind: 'push',
    order: 1,
    deploysByItself: true,
    releaseId: null,
    stages: world.places.stagesOf(plan.pipeline ?? onlyProduction),
    error: null,
  })
  return { lines: world.run(), execution: world.execution }
}

/** Accounts and environments that are not there, by name: each that a pipeline asks for, once. */
class Places {
  readonly #home: Home
  readonly #accounts = new Map<string, { id: CloudAccountId; state: string }>()
  #count = 0

  constructor(home: Home) {
    this.#home = home
  }

  stagesOf(asked: PipelinePlan): Stages {
    const from = { cloudAccountId: this.#accountId(this.#home.account), region: this.#home.region }
    for (const { account } of asked.stages) if (account !== null) this.#accountId(account)
    const environments = wantedBy(asked, from, this.#accounts).map((target) => ({
      ...target,
      id: asId('environment', `env_${String(this.#count++).padStart(4, '0')}`),
      name: `${this.#nameOf(target.cloudAccountId)} ${target.region}`,
    }))
    return stagesWith(asked, from, this.#accounts, environments)
  }

  #accountId(name: string): CloudAccountId {
    const { id } = this.#accounts.get(name) ?? { id: newId('cloudAccount') }
    this.#accounts.set(name, { id, state: 'connected' })
    return id
  }

  #nameOf(wanted: CloudAccountId): string {
    return [...this.#accounts].find(([, account]) => account.id === wanted)?.[0] ?? wanted
  }
}

type Due = { at: number; event: ExecutionEvent }

class World {
  readonly places: Places
  readonly #options: Options
  readonly #lines: SimulatedLine[] = []
  #pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
  #due: Due[] = []

  constructor(options: Options) {
    this.places = new Places(options.home)
    this.#options = options
  }

  get execution(): Execution {
    const execution = this.#pipeline.executions.get(id)
    if (execution === undefined) throw new RangeError('nothing was received')
    return execution
  }

  /** Lets everything that is due happen, in its order, until nothing is or the execution has ended. */
  run(): SimulatedLine[] {
    for (let turns = 0; this.execution.end === null; turns++) {
      this.#due.sort((one, other) => one.at - other.at)
      const next = this.#due.shift()
      if (next === undefined || turns > 10_000) throw new RangeError('it does not come to an end')
      this.happen(next.event)
    }
    const { end } = this.execution
    if (end !== null)
      this.#say(end.at, 'the end', end.how === 'failed' ? `failed: ${end.error?.what}` : end.how)
    return this.#lines
  }

  happen(event: ExecutionEvent): void {
    this.#tell(event)
    const moved = move(this.#pipeline, [{ id, event }], event.at)
    this.#pipeline = moved.pipeline
    for (const decided of moved.decided) this.#tell(decided.event)
    for (const { effect } of moved.effects) this.#answer(effect, event.at)
  }

  #answer(effect: Effect, from: string): void {
    const { path } = effect
    const wrong = this.#options.wrong?.find((each) => each.path === path)
    const after = effect.type === 'check' ? this.#passesAt(path, from) : later(from, secondsOf(effect))
    const at = effect.type === 'timer' ? effect.dueAt : after
    const brought = effect.type === 'check' && !wrong ? this.#bring(effect, from, at) : undefined
    const event = brought?.type === 'check-failed' ? brought : answerTo(effect, at, wrong)
    if (brought?.type === 'generated') this.#due.push({ at: Date.parse(at), event: brought })
    if (event !== undefined) this.#due.push({ at: Date.parse(at), event })
  }

  /** What a step adds to the pipeline before it passes, or that it is refused; undefined where that is nothing. */
  #bring(
    { path, attempt }: Pick<Effect, 'path' | 'attempt'>,
    from: string,
    at: string,
  ): EventOf<'generated' | 'check-failed'> | undefined {
    const { check, stage } = findCheck(this.execution, path) ?? {}
    const brings = check && gateOf(check.kind)?.brings(check.ask)
    if (!brings || stage === undefined) return undefined
    this.#say(from, path, `may add stages; at most, ${brings.atMost}`)
    const said = this.#options.said?.get(stage.name)
    if (said === undefined) {
      this.#say(from, path, 'which stages it adds is not known before it has run: none are followed here')
      return undefined
    }
    const { home } = this.#options
    const others = this.execution.stages.map(({ name }) => name)
    const read = brings.read(said, { name: stage.name, others, own: home })
    if (!read.ok) {
      const details = read.problems.map(describeProblem)
      const what = `What it says is refused: ${details.join(' ')}`
      return {
        type: 'check-failed',
        at,
        path,
        attempt,
        error: { code: 'generated-refused', what },
        isRed: false,
      }
    }
    if (read.stages.length === 0) this.#say(from, path, 'adds no stages')
    if (read.stages.length === 0) return undefined
    return { type: 'generated', at, path, attempt, stages: this.places.stagesOf({ stages: read.stages }) }
  }

  /** When a check would pass that is asked now, and a line that says so. */
  #passesAt(path: string, from: string): string {
    const check = findCheck(this.execution, path)?.check
    const gate = check && gateOf(check.kind)
    const at = ((check && gate?.passesAt(check.ask, new Date(from))) ?? new Date(from)).toISOString()
    const until = at > from ? `, until ${at.slice(0, 16).replace('T', ' ')} UTC` : ''
    this.#say(from, path, `waits for ${check?.words ?? 'an unknown check'}${until}`)
    return at
  }

  #tell(event: ExecutionEvent): void {
    const words = wordsOf(event)
    if (words !== undefined) this.#say(event.at, 'path' in event ? event.path : placeOf(event), words)
  }

  #say(at: string, path: string, words: string): void {
    this.#lines.push({ at: new Date(at), place: this.#placeOf(path), words })
  }

  /** `production/1/0` with the account and region of its target. */
  #placeOf(path: string): string {
    const [stage, wave, position] = path.split('/')
    const stages = this.#pipeline.executions.get(id)?.stages ?? []
    const found = stages.find(({ name }) => name === stage)?.waves[Number(wave)]?.targets[Number(position)]
    return found === undefined ? path : `${path} ${found.name}`
  }
}

/** How long the outside takes for an effect, guessed. */
function secondsOf({ type }: Effect): number {
  switch (type) {
    case 'build':
      return buildSeconds
    case 'deploy':
      return deploySeconds
    case 'restore':
      return deploySeconds / 3
    default:
      return 5
  }
}

/** What the outside would say to an effect; undefined where it says nothing. */
function answerTo(effect: Effect, at: string, wrong: Wrong | undefined): ExecutionEvent | undefined {
  const { path, attempt } = effect
  switch (effect.type) {
    case 'build':
      return { type: 'build-succeeded', at, attempt, releaseId: release }
    case 'deploy':
      return wrong
        ? { type: 'target-failed', at, path, attempt, error, undone: 'undone', isAppsFault: true }
        : { type: 'target-healthy', at, path, attempt }
    case 'restore':
      return { type: 'target-restored', at, path, attempt }
    case 'stop-deploy':
      return { type: 'target-stopped', at, path, attempt, undone: 'undone' }
    case 'check':
      return wrong
        ? { type: 'check-failed', at, path, attempt, error, isRed: wrong.isRed === true }
        : { type: 'check-passed', at, path, attempt, by: null, reason: null, freshUntil: null }
    case 'timer':
      return { type: 'deadline', at, path, attempt, wait: effect.wait }
    case 'stop-build':
    case 'stop-check':
    case 'tell-failed':
    case 'tell-superseded':
      return undefined
  }
}

function placeOf(event: ExecutionEvent): string {
  return event.type === 'entered' ? event.stage : 'build'
}

function wordsOf(event: ExecutionEvent): string | undefined {
  switch (event.type) {
    case 'received':
      return 'is being built'
    case 'build-succeeded':
      return 'is built'
    case 'entered':
      return 'is entered'
    case 'generated':
      return `adds ${event.stages.map(({ name }) => name).join(', ')}`
    case 'check-passed':
      return 'has passed'
    case 'check-failed':
      return event.isRed ? 'is red: the wave goes back' : 'has failed'
    case 'target-healthy':
      return 'is healthy'
    case 'target-red':
      return 'is not well, and goes back'
    case 'target-failed':
      return 'is not healthy, and was undone'
    case 'target-restored':
      return 'is back at what ran before'
    case 'target-stopped':
      return 'was stopped'
    default:
      return undefined
  }
}
