import { asId, type ExecutionId } from '@slipway/core'
import { describe, expect, test } from 'vitest'
import type { Effect } from './effect.ts'
import type { ExecutionEvent } from './event.ts'
import type { CheckAsked } from './execution.ts'
import { move, type Pipeline } from './move.ts'
import { waitOf } from './wait-of.ts'

/** What users of other pipelines report as lost, stuck or wrong, each shown to be impossible here. */
const error = { code: 'app-exited', what: 'The app ended with code 1.' }
const release = asId('release', 'rel_0001')
const id = (number: number): ExecutionId => asId('execution', `exe_${String(number).padStart(4, '0')}`)
const check = (kind: string, options: Partial<CheckAsked> = {}): CheckAsked => ({
  kind,
  words: kind,
  mayAct: 'Every member',
  isStep: false,
  limitSeconds: 86_400,
  ask: {},
  ...options,
})
type Shape = Extract<ExecutionEvent, { type: 'received' }>['stages']
const stage = (name: string, places: string[], more: Partial<Shape[number]> = {}): Shape[number] => ({
  name,
  before: [],
  waves: [
    {
      limit: places.length,
      before: [],
      targets: places.map((place) => ({ environmentId: asId('environment', `env_${place}`), name: place })),
      after: [],
    },
  ],
  after: [],
  ...more,
})

/** A pipeline by a clock of its own, one second an event. */
class Story {
  pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
  readonly effects: { id: ExecutionId; effect: Effect }[] = []
  private milliseconds = Date.parse('2026-11-26T10:00:00Z')

  now(): string {
    this.milliseconds += 1000
    return new Date(this.milliseconds).toISOString()
  }

  tell(number: number, what: (at: string) => ExecutionEvent) {
    const event = what(this.now())
    const moved = move(this.pipeline, [{ id: id(number), event }], event.at)
    this.pipeline = moved.pipeline
    this.effects.push(...moved.effects)
    return moved
  }

  receive(number: number, stages: Shape, kind: 'push' | 'rollback' = 'push') {
    this.tell(number, (at) => ({
      type: 'received',
      at,
      kind,
      order: kind === 'push' ? number : 0,
      deploysByItself: true,
      releaseId: kind === 'push' ? null : release,
      stages,
      error: null,
    }))
    if (kind === 'push')
      this.tell(number, (at) => ({ type: 'build-succeeded', at, attempt: 1, releaseId: release }))
  }

  pass(number: number, path: string, freshUntil: string | null = null, attempt = 1) {
    return this.tell(number, (at) => ({
      type: 'check-passed',
      at,
      path,
      attempt,
      by: null,
      reason: null,
      freshUntil,
    }))
  }

  healthy(number: number, path: string) {
    return this.tell(number, (at) => ({ type: 'target-healthy', at, path, attempt: 1 }))
  }

  red(number: number, path: string) {
    return this.tell(number, (at) => ({
      type: 'target-failed',
      at,
      path,
      attempt: 1,
      error,
      undone: 'undone',
      isAppsFault: true,
    }))
  }

  of(number: number) {
    const execution = this.pipeline.executions.get(id(number))
    if (execution === undefined) throw new Error(`no execution ${number}`)
    return execution
  }

  lane(number: number, name: string) {
    return this.of(number).stages.find((each) => each.name === name)?.lane.is
  }

  asked(number: number, type: Effect['type']) {
    return this.effects.filter((each) => each.id === id(number) && each.effect.type === type)
  }
}

const production = [stage('production', ['prod1'])]

test('of two pushes close together the second is not dropped: it waits, and enters when the first is done', () => {
  const story = new Story()
  story.receive(1, production)
  story.receive(2, production)
  expect(story.lane(2, 'production')).toBe('waiting')
  story.healthy(1, 'production/0/0')
  expect(story.lane(2, 'production')).toBe('entered')
})

test('what waits starts when the one ahead is cancelled', () => {
  const story = new Story()
  story.receive(1, production)
  story.receive(2, production)
  story.tell(1, (at) => ({ type: 'cancel-requested', at, by: 'usr_1' }))
  story.tell(1, (at) => ({
    type: 'target-stopped',
    at,
    path: 'production/0/0',
    attempt: 1,
    undone: 'undone',
  }))
  expect([story.of(1).end?.how, story.lane(2, 'production')]).toEqual(['cancelled', 'entered'])
})

describe('an approval', () => {
  const gated = [stage('production', ['prod1'], { before: [check('approve')] })]

  test('of a revision that was superseded opens nothing, neither for it nor for the one that took its place', () => {
    const story = new Story()
    story.receive(1, gated)
    story.receive(2, gated)
    story.pass(1, 'production/before/0')
    expect(story.of(1).end?.how).toBe('superseded')
    expect([story.lane(2, 'production'), story.asked(2, 'deploy')]).toEqual(['waiting', []])
  })

  test('and a newer revision in one instant end the same in either order: what entered is what was approved', () => {
    const approvedFirst = new Story()
    approvedFirst.receive(1, gated)
    approvedFirst.pass(1, 'production/before/0')
    approvedFirst.receive(2, gated)
    expect([approvedFirst.lane(1, 'production'), approvedFirst.lane(2, 'production')]).toEqual([
      'entered',
      'waiting',
    ])
    const newerFirst = new Story()
    newerFirst.receive(1, gated)
    newerFirst.receive(2, gated)
    newerFirst.pass(1, 'production/before/0')
    expect(newerFirst.asked(1, 'deploy')).toEqual([])
    expect(newerFirst.asked(2, 'deploy')).toEqual([])
  })

  test('names who may give it, since when it is waited for and when it is given up', () => {
    const story = new Story()
    story.receive(1, gated)
    expect(waitOf(story.of(1))).toMatchObject({
      waitsFor: 'approve',
      mayAct: 'Every member',
      since: expect.any(String),
      until: expect.any(String),
    })
  })
})

test('a freeze drops nothing: the revision waits at a shut window, and enters when it opens', () => {
  const story = new Story()
  story.receive(1, [stage('production', ['prod1'], { before: [check('window')] })])
  expect([story.of(1).end, story.lane(1, 'production')]).toEqual([null, 'waiting'])
  story.pass(1, 'production/before/0', '2026-11-26T16:00:00.000Z')
  expect(story.lane(1, 'production')).toBe('entered')
})

test('a window that shut while the stage was busy is asked again before anything enters', () => {
  const gated = [stage('production', ['prod1'], { before: [check('window')] })]
  const story = new Story()
  const shutsAt = '2026-11-26T10:00:06.500Z'
  story.receive(1, gated)
  story.pass(1, 'production/before/0', shutsAt)
  story.receive(2, gated)
  story.pass(2, 'production/before/0', shutsAt)
  story.healthy(1, 'production/0/0')
  expect(story.lane(2, 'production')).toBe('waiting')
  story.tell(2, (at) => ({ type: 'deadline', at, path: 'production/before/0', attempt: 1, wait: 'fresh' }))
  expect(story.asked(2, 'check').at(-1)?.effect).toMatchObject({ attempt: 2 })
  story.pass(2, 'production/before/0', null, 2)
  expect(story.lane(2, 'production')).toBe('entered')
})

test('a cancelled run frees its lane, also while one of its steps runs, and the step is stopped', () => {
  const story = new Story()
  const tested = [stage('production', ['prod1'], { after: [check('test', { isStep: true })] })]
  story.receive(1, tested)
  story.receive(2, tested)
  story.healthy(1, 'production/0/0')
  story.tell(1, (at) => ({ type: 'cancel-requested', at, by: 'usr_1' }))
  expect([story.of(1).end?.how, story.lane(2, 'production')]).toEqual(['cancelled', 'entered'])
  expect(story.asked(1, 'stop-check')).toHaveLength(1)
})

describe('a rollback', () => {
  test('asks nothing of the pipeline of today: no window, no approval, and it enters a stage that is held', () => {
    const story = new Story()
    story.receive(1, [stage('production', ['prod1'], { before: [check('window')] })])
    story.pipeline = { ...story.pipeline, held: new Set(['production']) }
    story.receive(9, [stage('production', ['prod1'])], 'rollback')
    expect(story.lane(9, 'production')).toBe('entered')
  })

  test('is not rolled back: where one target fails, the others go back all the same', () => {
    const story = new Story()
    const targets = [stage('production', ['prod1', 'prod2', 'prod3'])]
    story.receive(9, targets, 'rollback')
    story.red(9, 'production/0/0')
    expect(story.asked(9, 'stop-deploy')).toEqual([])
    story.healthy(9, 'production/0/1')
    story.healthy(9, 'production/0/2')
    expect(story.asked(9, 'restore')).toEqual([])
    expect(story.of(9).end).toMatchObject({ how: 'failed', error })
  })

  test('of a wave that failed in one target goes on in the others, and ends', () => {
    const story = new Story()
    story.receive(1, [stage('production', ['prod1', 'prod2', 'prod3'])])
    story.healthy(1, 'production/0/0')
    story.healthy(1, 'production/0/1')
    story.red(1, 'production/0/2')
    story.tell(1, (at) => ({ type: 'target-restore-failed', at, path: 'production/0/0', attempt: 2, error }))
    expect(story.of(1).end).toBeNull()
    story.tell(1, (at) => ({ type: 'target-restored', at, path: 'production/0/1', attempt: 2 }))
    expect(story.of(1)).toMatchObject({ isBad: true, end: { how: 'failed' } })
  })
})

test('red in the instant in which the bake ends: whichever is first, red never goes further', () => {
  const baked = [stage('production', ['prod1'], { after: [check('bake')] }), stage('far', ['far1'])]
  const story = new Story()
  story.receive(1, baked)
  story.healthy(1, 'production/0/0')
  story.tell(1, (at) => ({
    type: 'check-failed',
    at,
    path: 'production/after/0',
    attempt: 1,
    error,
    isRed: true,
  }))
  story.pass(1, 'production/after/0')
  expect(story.lane(1, 'far')).toBe('ahead')
  expect(story.asked(1, 'restore')).toHaveLength(1)
  story.tell(1, (at) => ({ type: 'target-restored', at, path: 'production/0/0', attempt: 2 }))
  expect(story.of(1)).toMatchObject({ isBad: true, end: { how: 'failed' } })
})

test('stages that a step generates are not doubled by a retry, and what it says later joins nothing', () => {
  const generating = [
    stage('staging', ['staging1']),
    { ...stage('generate-2', []), before: [check('generate', { isStep: true })], waves: [] },
    stage('production', ['prod1']),
  ]
  const story = new Story()
  story.receive(1, generating)
  story.healthy(1, 'staging/0/0')
  const says = (names: string[]) =>
    story.tell(1, (at) => ({
      type: 'generated',
      at,
      path: 'generate-2/before/0',
      attempt: 1,
      stages: names.map((name) => stage(name, [name])),
    }))
  const names = () => story.of(1).stages.map(({ name }) => name)
  says(['europe', 'asia'])
  const joined = ['staging', 'generate-2', 'europe', 'asia', 'production']
  expect(names()).toEqual(joined)
  const before = story.of(1)
  says(['europe', 'asia'])
  says(['africa'])
  expect(story.of(1)).toBe(before)
  story.pass(1, 'generate-2/before/0')
  says(['africa'])
  expect(names()).toEqual(joined)
  for (const name of ['europe', 'asia', 'production']) story.healthy(1, `${name}/0/0`)
  expect(story.of(1).end?.how).toBe('succeeded')
})

test('a push during a rollback waits for it and comes after it', () => {
  const story = new Story()
  story.receive(1, production)
  story.healthy(1, 'production/0/0')
  story.receive(9, production, 'rollback')
  story.receive(2, production)
  expect([story.lane(9, 'production'), story.lane(2, 'production')]).toEqual(['entered', 'waiting'])
  story.healthy(9, 'production/0/0')
  expect(story.lane(2, 'production')).toBe('entered')
})
