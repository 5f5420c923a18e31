import { asId, type ExecutionId } from '@slipway/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from './advance.ts'
import { type Effect, effectId } from './effect.ts'
import type { EventOf, ExecutionEvent } from './event.ts'
import type { CheckAsked, Execution } from './execution.ts'
import { type Moved, move, type Pipeline } from './move.ts'
import { checksOf, doorOf, findCheck } from './places.ts'

/**
 * Random histories of a whole app: pushes, buttons, cancels, answers that come late, twice or never, timers.
 * After every event the truths of the pipeline that can be seen from outside are asked.
 */
const whats = [
  'push',
  'out-of-order',
  'deploy',
  'cancel',
  'override',
  'hold',
  'double',
  'answer',
  'late',
] as const
type Choice = { what: (typeof whats)[number]; pick: number; outcome: number }

const error = { code: 'test-red', what: 'It did not come up.' }
const release = asId('release', 'rel_0001')

type Shape = EventOf<'received'>['stages']
const target = (name: string) => ({ environmentId: asId('environment', `env_${name}`), name })
const check = (kind: string, isStep = false): CheckAsked => ({
  kind,
  words: kind,
  mayAct: 'Slipway',
  isStep,
  limitSeconds: 3600,
  ask: {},
})
const wave = (limit: number, names: string[], before: CheckAsked[] = [], after: CheckAsked[] = []) => ({
  limit,
  before,
  targets: names.map(target),
  after,
})
const shapes: Shape[] = [
  [{ name: 'production', before: [], waves: [wave(1, ['prod'])], after: [] }],
  [
    { name: 'staging', before: [], waves: [wave(1, ['staging'])], after: [] },
    {
      name: 'production',
      before: [],
      waves: [wave(1, ['onebox']), wave(2, ['east', 'west', 'south'])],
      after: [],
    },
  ],
  [
    {
      name: 'staging',
      before: [],
      waves: [wave(1, ['staging'])],
      after: [check('test', true), check('approve')],
    },
    {
      name: 'production',
      before: [check('window'), check('run', true), check('hook')],
      waves: [
        wave(1, ['onebox'], [], [check('bake')]),
        wave(2, ['east', 'west', 'south'], [check('window')], [check('bake'), check('test', true)]),
      ],
      after: [check('bake')],
    },
  ],
  [
    { name: 'staging', before: [], waves: [wave(1, ['staging'])], after: [] },
    { name: 'generate-2', before: [check('generate', true)], waves: [], after: [] },
    { name: 'production', before: [check('approve')], waves: [wave(1, ['prod'])], after: [] },
  ],
]

/** What a step generates, all of it or less. */
const generated: Shape = [
  { name: 'europe', before: [check('window')], waves: [wave(1, ['europe'])], after: [] },
  { name: 'generate-2-2', before: [check('run', true)], waves: [], after: [] },
]

class World {
  pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
  readonly logs = new Map<ExecutionId, ExecutionEvent[]>()
  readonly seen: { id: ExecutionId; event: ExecutionEvent }[] = []
  readonly effectIds = new Set<string>()
  readonly entered: { stage: string; order: number }[] = []
  open: { id: ExecutionId; effect: Effect }[] = []
  private millisecond = Date.parse('2026-11-24T10:00:00Z')
  private pushes = 0
  private readonly shape: Shape

  constructor(shape: Shape) {
    this.shape = shape
  }

  at(): string {
    this.millisecond += 1000
    return new Date(this.millisecond).toISOString()
  }

  happen(id: ExecutionId, event: ExecutionEvent) {
    const before = this.pipeline.executions.get(id)
    const moved = move(this.pipeline, [{ id, event }], event.at)
    if (before !== undefined && this.seen.some((old) => old.id === id && old.event === event)) {
      // A double: nothing may change. A second `cancel` or `deploy` from a person is such a double too.
      if (moved.pipeline.executions.get(id) !== before || moved.effects.length > 0) {
        throw new Error(`a double of ${event.type} changed something`)
      }
    }
    if (before !== undefined && before.end !== null && moved.pipeline.executions.get(id) !== before) {
      throw new Error(`${event.type} changed an execution that had ended`)
    }
    this.record(id, event)
    this.pipeline = this.adopt(moved)
    this.hold()
  }

  private movedBy(events: { id: ExecutionId; event: ExecutionEvent }[], at: string): Pipeline {
    return this.adopt(move(this.pipeline, events, at))
  }

  private adopt(moved: Moved): Pipeline {
    this.pipeline = moved.pipeline
    for (const decided of moved.decided) {
      this.record(decided.id, decided.event)
      if (decided.event.type !== 'entered') continue
      const execution = this.execution(decided.id)
      if (execution.kind === 'push') this.entered.push({ stage: decided.event.stage, order: execution.order })
    }
    for (const { id: of, effect } of moved.effects) {
      const key = effectId(of, effect)
      if (this.effectIds.has(key)) throw new Error(`the effect ${key} was asked for twice`)
      this.effectIds.add(key)
      this.open.push({ id: of, effect })
      if (effect.type === 'deploy') this.provePassage(of, effect.path)
    }
    return moved.pipeline
  }

  /** What is deployed in this moment has every check before it behind it, on what still holds. */
  private provePassage(id: ExecutionId, path: string) {
    const now = new Date(this.millisecond).toISOString()
    const [name = '', index] = path.split('/')
    const stage = this.execution(id).stages.find((each) => each.name === name)
    if (stage === undefined) throw new Error('no such stage')
    const isFirst = (stage.waves[Number(index)]?.targets ?? []).every(({ progress }) =>
      ['ahead', 'deploying'].includes(progress.is),
    )
    const waves = stage.waves.slice(0, Number(index))
    for (const { progress } of [...stage.before, ...(stage.waves[Number(index)]?.before ?? [])]) {
      if (progress.is !== 'passed') throw new Error(`${path} was begun past a closed check`)
      if (isFirst && progress.freshUntil !== null && progress.freshUntil <= now)
        throw new Error(`${path} was begun on what no longer holds`)
    }
    for (const { progress } of waves.flatMap((each) => each.after))
      if (progress.is !== 'passed') throw new Error(`${path} was begun before ${name} had baked`)
  }

  execution(id: ExecutionId): Execution {
    const execution = this.pipeline.executions.get(id)
    if (execution === undefined) throw new Error('no such execution')
    return execution
  }

  private record(id: ExecutionId, event: ExecutionEvent) {
    this.seen.push({ id, event })
    const log = this.logs.get(id) ?? []
    log.push(event)
    this.logs.set(id, log)
  }

  receive(kind: Execution['kind'], deploysByItself: boolean) {
    this.pushes += 1
    const id = asId('execution', `exe_${String(this.pushes).padStart(4, '0')}`)
    this.happen(id, {
      type: 'received',
      at: this.at(),
      kind,
      order: kind === 'push' ? this.pushes : 1,
      deploysByItself,
      releaseId: kind === 'push' ? null : release,
      stages: this.shape,
      error: null,
    })
  }

  answer(position: number, outcome: number) {
    const [picked] = this.open.splice(position % this.open.length, 1)
    if (picked === undefined) return
    this.generate(picked, outcome)
    this.redden(picked, outcome)
    const event = answerTo(picked.effect, outcome, this.at())
    if (event !== undefined) this.happen(picked.id, event)
  }

  /** A step says what comes behind it before it has passed. */
  private generate({ id, effect }: { id: ExecutionId; effect: Effect }, outcome: number) {
    if (effect.type !== 'check' || findCheck(this.execution(id), effect.path)?.check.kind !== 'generate')
      return
    const stages = generated.slice(0, outcome % (generated.length + 1))
    const { path, attempt } = effect
    this.happen(id, { type: 'generated', at: this.at(), path, attempt, stages })
  }

  /** Some hosts say that they go back before they have. */
  private redden({ id, effect }: { id: ExecutionId; effect: Effect }, outcome: number) {
    if (effect.type !== 'deploy' || outcome % 3 < 2 || outcome % 2 > 0) return
    const { path, attempt } = effect
    this.happen(id, { type: 'target-red', at: this.at(), path, attempt, error, isAppsFault: outcome % 4 > 0 })
  }

  step(choice: Choice) {
    const ids = [...this.logs.keys()]
    const id = ids[choice.pick % Math.max(ids.length, 1)]
    switch (choice.what) {
      case 'push':
        return this.receive('push', choice.outcome % 2 === 0)
      case 'out-of-order':
        return this.receive(
          (['rollback', 'redeploy', 'configuration'] as const)[choice.outcome % 3] ?? 'rollback',
          true,
        )
      case 'deploy':
        return id && this.happen(id, { type: 'deploy-requested', at: this.at(), by: 'usr_1234' })
      case 'cancel':
        return id && this.happen(id, { type: 'cancel-requested', at: this.at(), by: 'usr_1234' })
      case 'override': {
        const places = id === undefined ? [] : this.execution(id).stages.flatMap(checksOf)
        const [path] = places[choice.outcome % Math.max(places.length, 1)] ?? []
        if (id === undefined || path === undefined) return
        return this.happen(id, {
          type: 'check-overridden',
          at: this.at(),
          path,
          by: 'usr_1234',
          reason: 'now',
        })
      }
      case 'hold': {
        const { name = '' } = this.shape[choice.pick % this.shape.length] ?? {}
        const held = new Set(this.pipeline.held)
        if (!held.delete(name)) held.add(name)
        this.pipeline = { ...this.pipeline, held }
        // Released, whoever waits enters.
        this.pipeline = this.movedBy([], this.at())
        return this.hold()
      }
      case 'double': {
        const old = this.seen[choice.pick % Math.max(this.seen.length, 1)]
        // Asking again is not a double of a first word that came before anything else happened.
        if (old === undefined || old.event.type === 'received' || isWordOfSomeone(old.event)) return
        return this.happen(old.id, old.event)
      }
      case 'answer':
      case 'late': {
        const isLate = choice.what === 'late'
        const wanted = this.open.filter(({ effect }) => (effect.type === 'timer') === isLate)
        const picked = wanted[choice.pick % Math.max(wanted.length, 1)]
        if (picked !== undefined) this.answer(this.open.indexOf(picked), choice.outcome)
      }
    }
  }

  /** Nobody holds a stage any more. */
  release() {
    this.pipeline = { ...this.pipeline, held: new Set() }
    this.movedBy([], this.at())
  }

  /** Answers all that is open, timers last, until nothing is. */
  drain(outcome: number, growth = 1) {
    for (let round = 0; this.open.length > 0; round++) {
      if (round > 2000) throw new Error('it does not come to an end')
      const live = this.open.findIndex(({ effect }) => effect.type !== 'timer')
      this.answer(Math.max(live, 0), outcome + round * growth)
    }
  }

  /** The truths, each named as pipelines are described. */
  private hold() {
    const running = [...this.pipeline.executions.values()]
    const holders = new Map<string, string>()
    const environments = new Map<string, string>()
    const atDoor = new Set<string>()
    for (const execution of running) {
      const names = execution.stages.map(({ name }) => name)
      if (new Set(names).size < names.length) throw new Error('what was generated joined twice')
      for (const stage of execution.stages) {
        if (execution.kind === 'push' && (stage.lane.is === 'waiting' || stage.lane.is === 'holding')) {
          const place = `${stage.lane.is} before ${stage.name}`
          if (atDoor.has(place)) throw new Error(`two pushes are ${place}`)
          atDoor.add(place)
        }
        if (stage.lane.is === 'entered') {
          if (holders.has(stage.name)) throw new Error(`two executions hold ${stage.name}`)
          holders.set(stage.name, execution.id)
          if (execution.end !== null) throw new Error('an ended execution holds a stage')
          for (const [path, { progress }] of doorOf(stage))
            if (progress.is === 'ahead') throw new Error(`${stage.name} was entered past ${path}`)
        }
        for (const { progress, environmentId } of stage.waves.flatMap((wave) => wave.targets)) {
          if (!['deploying', 'stopping', 'restoring'].includes(progress.is)) continue
          if (environments.has(environmentId)) throw new Error(`two executions change ${environmentId}`)
          environments.set(environmentId, execution.id)
        }
      }
      if (execution.end === null && !this.waitsWithTimer(execution)) throw new Error('a wait has no timer')
      // A red wave that is over has nothing left that runs the new release, but what could not be put back; a
      // rollback, which nothing undoes, was tried in every target.
      if (execution.end?.how === 'failed') {
        for (const stage of execution.stages) {
          for (const wave of stage.waves) {
            const states = wave.targets.map(({ progress }) => progress.is)
            const isHalf =
              execution.kind === 'rollback'
                ? states.includes('failed') && states.includes('never')
                : states.includes('failed') && states.includes('healthy')
            if (isHalf) throw new Error('half a wave stayed')
          }
        }
      }
    }
    const last = new Map<string, number>()
    for (const { stage, order } of this.entered) {
      if (order <= (last.get(stage) ?? 0)) throw new Error('something older entered after something newer')
      last.set(stage, order)
    }
  }

  private waitsWithTimer(execution: Execution): boolean {
    return this.open.some(({ id, effect }) => {
      if (id !== execution.id || effect.type !== 'timer') return false
      if (effect.wait === 'building') return execution.build.is === 'running'
      if (effect.wait === 'checking')
        return execution.stages.some((stage) =>
          checksOf(stage).some(([path, { progress }]) => path === effect.path && progress.is === 'asked'),
        )
      return execution.stages.some(
        (stage) =>
          (stage.name === effect.path && stage.lane.is === effect.wait) ||
          stage.waves.some((wave) => wave.targets.some(({ progress }) => progress.is === effect.wait)),
      )
    })
  }
}

function isWordOfSomeone({ type }: ExecutionEvent): boolean {
  return type === 'cancel-requested' || type === 'deploy-requested' || type === 'check-overridden'
}

function answerTo(effect: Effect, outcome: number, at: string): ExecutionEvent | undefined {
  const { path, attempt } = effect
  switch (effect.type) {
    case 'build':
      return outcome % 4 < 3
        ? { type: 'build-succeeded', at, attempt, releaseId: release }
        : { type: 'build-failed', at, attempt, error, again: outcome % 8 === 3 }
    case 'deploy':
      return outcome % 3 < 2
        ? { type: 'target-healthy', at, path, attempt }
        : {
            type: 'target-failed',
            at,
            path,
            attempt,
            error,
            undone: 'undone',
            isAppsFault: outcome % 2 === 0,
          }
    case 'stop-deploy':
      // Sometimes never: then its timer has to do.
      return outcome % 3 === 0 ? undefined : { type: 'target-stopped', at, path, attempt, undone: 'undone' }
    case 'restore':
      return outcome % 3 === 0
        ? { type: 'target-restore-failed', at, path, attempt, error }
        : { type: 'target-restored', at, path, attempt }
    case 'timer':
      return { type: 'deadline', at, path, attempt, wait: effect.wait }
    case 'check': {
      if (outcome % 7 === 6)
        return { type: 'check-failed', at, path, attempt, error, isRed: outcome % 2 === 0 }
      // A window closes again an hour later.
      const freshUntil = outcome % 3 === 0 ? new Date(Date.parse(at) + 5000).toISOString() : null
      return { type: 'check-passed', at, path, attempt, by: null, reason: null, freshUntil }
    }
    case 'stop-build':
    case 'stop-check':
    case 'tell-failed':
    case 'tell-superseded':
      return undefined
  }
}

// Mostly answers, so that histories get far; what overtakes is rare enough as it is.
const often = {
  push: 5,
  'out-of-order': 1,
  deploy: 2,
  cancel: 1,
  override: 1,
  hold: 1,
  double: 2,
  answer: 20,
  late: 1,
}
const what = fc.constantFrom(...whats.flatMap((each) => Array.from({ length: often[each] }, () => each)))
const choice = fc.noBias(fc.record({ what, pick: fc.nat(1000), outcome: fc.nat(23) }))

test.each([0, 1, 2, 3])('the truths hold after every event of a random history (shape %i)', (which) => {
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 100 }), fc.nat(23), (choices, outcome) => {
      const world = new World(shapes[which] ?? [])
      for (const each of choices) world.step(each)
      world.release()
      world.drain(outcome)
      for (const [id, events] of world.logs) {
        const execution = world.execution(id)
        if (execution.end === null) throw new Error('an execution never ended')
        if (execution.stages.some((stage) => stage.lane.is === 'entered'))
          throw new Error('a lane is not free')
        expect(fold(id, events)).toEqual(execution)
      }
    }),
    { numRuns: 300 },
  )
})

test('answers of the targets of one wave give the same end in any order', () => {
  const outcomes = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 })
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 })
  fc.assert(
    fc.property(outcomes, order, order, (greens, one, other) => {
      const ends = [one, other].map((sequence) => {
        const world = new World([
          { name: 'production', before: [], waves: [wave(3, ['a1234', 'b1234', 'c1234'])], after: [] },
        ])
        world.receive('redeploy', true)
        const [id] = [...world.logs.keys()]
        if (id === undefined) throw new Error('nothing was received')
        for (const position of sequence) {
          const path = `production/0/${position}`
          world.happen(
            id,
            greens[position]
              ? { type: 'target-healthy', at: world.at(), path, attempt: 1 }
              : {
                  type: 'target-failed',
                  at: world.at(),
                  path,
                  attempt: 1,
                  error,
                  undone: 'undone',
                  isAppsFault: true,
                },
          )
        }
        world.drain(1, 0)
        const execution = world.execution(id)
        return {
          how: execution.end?.how,
          targets: execution.stages[0]?.waves[0]?.targets.map(({ progress }) => progress.is),
        }
      })
      expect(ends[0]).toEqual(ends[1])
    }),
  )
})
