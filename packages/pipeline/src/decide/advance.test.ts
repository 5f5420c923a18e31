import { asId, type ExecutionId } from '@slipway/core'
import { describe, expect, test } from 'vitest'
import { fold } from './advance.ts'
import type { ExecutionEvent } from './event.ts'
import { move, type Pipeline } from './move.ts'

const at = '2026-11-24T10:00:00.000Z'
const one = asId('execution', 'exe_0001')
const two = asId('execution', 'exe_0002')
const three = asId('execution', 'exe_0003')
const release = asId('release', 'rel_0001')
const path = 'production/0/0'
const error = { code: 'app-exited', what: 'The app ended with code 1.', details: ['Error: no DATABASE_URL'] }

const received = (order: number, options: { kind?: 'rollback'; byButton?: true } = {}): ExecutionEvent => ({
  type: 'received',
  at,
  kind: options.kind ?? 'push',
  order,
  deploysByItself: options.byButton !== true,
  releaseId: options.kind === undefined ? null : release,
  stages: [
    {
      name: 'production',
      before: [],
      waves: [
        {
          limit: 1,
          before: [],
          targets: [{ environmentId: asId('environment', 'env_0001'), name: 'production' }],
          after: [],
        },
      ],
      after: [],
    },
  ],
  error: null,
})
const built: ExecutionEvent = { type: 'build-succeeded', at, attempt: 1, releaseId: release }
const healthy: ExecutionEvent = { type: 'target-healthy', at, path, attempt: 1 }
const red: ExecutionEvent = {
  type: 'target-failed',
  at,
  path,
  attempt: 1,
  error,
  undone: 'undone',
  isAppsFault: true,
}
const deploy: ExecutionEvent = { type: 'deploy-requested', at, by: 'usr_0001' }
const cancelled: ExecutionEvent = { type: 'cancel-requested', at, by: 'usr_0001' }

function run(...events: [ExecutionId, ExecutionEvent][]) {
  let pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
  const effects: string[] = []
  for (const [id, event] of events) {
    const moved = move(pipeline, [{ id, event }], event.at)
    pipeline = moved.pipeline
    for (const each of moved.effects) {
      if (each.effect.type !== 'timer') effects.push(`${each.id} ${each.effect.type}`)
    }
  }
  const get = (id: ExecutionId) => pipeline.executions.get(id)
  return {
    effects,
    end: (id: ExecutionId) => get(id)?.end?.how,
    lane: (id: ExecutionId) => get(id)?.stages[0]?.lane.is,
    get,
  }
}

test('a push is built, enters production, is deployed and has succeeded', () => {
  const world = run([one, received(1)], [one, built], [one, healthy])
  expect(world.effects).toEqual([`${one} build`, `${one} deploy`])
  expect(world.end(one)).toBe('succeeded')
})

test('a refused manifest ends the execution before anything is built', () => {
  const refused = { ...received(1), error } as const
  expect(fold(one, [refused as ExecutionEvent]).end).toMatchObject({ how: 'failed', error })
})

test('a target that is red stops its neighbours before it has gone back itself, and then fails by its own answer', () => {
  const first = received(1)
  if (first.type !== 'received') throw new Error('it is the first event')
  const neighbour = { environmentId: asId('environment', 'env_0002'), name: 'west' }
  const stages = first.stages.map((stage) => ({
    ...stage,
    waves: stage.waves.map((wave) => ({ ...wave, limit: 2, targets: [...wave.targets, neighbour] })),
  }))
  const said: ExecutionEvent = { type: 'target-red', at, path, attempt: 1, error, isAppsFault: true }
  const begun: [ExecutionId, ExecutionEvent][] = [
    [one, { ...first, stages }],
    [one, built],
    [one, said],
  ]
  const now = run(...begun)
  expect(now.effects).toEqual([`${one} build`, `${one} deploy`, `${one} deploy`, `${one} stop-deploy`])
  expect(now.get(one)).toMatchObject({ failing: error, isBad: true, end: null })
  // Said again, and answered by a neighbour that was stopped.
  const stopped: ExecutionEvent = {
    ...healthy,
    type: 'target-stopped',
    path: 'production/0/1',
    undone: 'undone',
  }
  const after = run(...begun, [one, said], [one, stopped])
  expect(after.effects).toEqual(now.effects)
  expect(after.end(one)).toBeUndefined()
  expect(run(...begun, [one, stopped], [one, red]).get(one)?.end).toMatchObject({ how: 'failed', error })
})

describe('where pushes do not deploy by themselves', () => {
  test('a built push holds until the button is pressed', () => {
    const held = run([one, received(1, { byButton: true })], [one, built])
    expect(held.lane(one)).toBe('holding')
    const pressed = run([one, received(1, { byButton: true })], [one, built], [one, deploy])
    expect(pressed.effects).toContain(`${one} deploy`)
  })

  test('the button counts when it was pressed before the build was done', () => {
    const world = run([one, received(1, { byButton: true })], [one, deploy], [one, built])
    expect(world.lane(one)).toBe('entered')
  })

  test('a newer push that holds takes the place of an older one that holds', () => {
    const world = run(
      [one, received(1, { byButton: true })],
      [two, received(2, { byButton: true })],
      [one, built],
      [two, built],
    )
    expect(world.get(one)?.end).toMatchObject({ how: 'superseded', by: two })
  })

  test('a newer push that holds does not take the place of one that was let in', () => {
    const world = run(
      [one, received(1)],
      [one, built],
      [two, received(2, { byButton: true })],
      [two, built],
      [two, deploy],
      [three, received(3, { byButton: true })],
      [three, built],
    )
    expect([world.lane(two), world.lane(three)]).toEqual(['waiting', 'holding'])
  })
})

test('a newer revision supersedes the one that waits, and enters when the stage is free', () => {
  const busy = run(
    [one, received(1)],
    [one, built],
    [two, received(2)],
    [two, built],
    [three, received(3)],
    [three, built],
  )
  expect([busy.lane(one), busy.end(two), busy.lane(three)]).toEqual(['entered', 'superseded', 'waiting'])
})

test('an older revision that was built late does not enter after a newer one', () => {
  const world = run([one, received(1)], [two, received(2)], [two, built], [two, healthy], [one, built])
  expect(world.get(one)?.end).toMatchObject({ how: 'superseded', by: two })
})

test('a rollback needs no build and goes before a push that waits', () => {
  const world = run(
    [one, received(5)],
    [one, built],
    [two, received(6)],
    [two, built],
    [three, received(1, { kind: 'rollback' })],
    [one, healthy],
  )
  expect([world.lane(three), world.lane(two)]).toEqual(['entered', 'waiting'])
  expect(world.effects.at(-1)).toBe(`${three} deploy`)
})

test('a red deployment fails the execution, marks its revision bad and frees the stage', () => {
  const world = run([one, received(1)], [one, built], [two, received(2)], [two, built], [one, red])
  expect(world.get(one)).toMatchObject({ isBad: true, end: { how: 'failed', error } })
  expect(world.lane(two)).toBe('entered')
  expect(world.effects).toContain(`${one} tell-failed`)
})

test('a build whose runner went away is tried once more, one that failed by itself is not', () => {
  const lost: ExecutionEvent = { type: 'build-failed', at, attempt: 1, error, again: true }
  expect(run([one, received(1)], [one, lost]).effects).toEqual([`${one} build`, `${one} build`])
  expect(run([one, received(1)], [one, lost], [one, { ...lost, attempt: 2 }]).end(one)).toBe('failed')
  expect(run([one, received(1)], [one, { ...lost, again: false }]).end(one)).toBe('failed')
})

describe('cancel', () => {
  test('ends a build at once and stops its runner', () => {
    const world = run([one, received(1)], [one, cancelled], [one, built])
    expect([world.end(one), world.effects]).toEqual(['cancelled', [`${one} build`, `${one} stop-build`]])
  })

  test('ends an execution at the door at once', () => {
    const world = run([one, received(1, { byButton: true })], [one, built], [one, cancelled])
    expect(world.end(one)).toBe('cancelled')
  })

  test('waits for the host to come to rest, then ends and frees the stage', () => {
    const asked = run([one, received(1)], [one, built], [one, cancelled])
    expect([asked.end(one), asked.effects.at(-1)]).toEqual([undefined, `${one} stop-deploy`])
    const stopped: ExecutionEvent = { type: 'target-stopped', at, path, attempt: 1, undone: 'undone' }
    expect(run([one, received(1)], [one, built], [one, cancelled], [one, stopped]).end(one)).toBe('cancelled')
  })

  test('that comes too late leaves what is healthy and says that it succeeded', () => {
    expect(run([one, received(1)], [one, built], [one, cancelled], [one, healthy]).end(one)).toBe('succeeded')
  })
})

test('a deployment that takes too long is stopped and fails with a word about it', () => {
  const late: ExecutionEvent = { type: 'deadline', at, path, attempt: 1, wait: 'deploying' }
  const never: ExecutionEvent = { ...late, wait: 'stopping' }
  const world = run([one, received(1)], [one, built], [one, late], [one, never])
  expect(world.effects).toContain(`${one} stop-deploy`)
  expect(world.get(one)?.end).toMatchObject({
    how: 'failed',
    error: { code: 'pipeline-deployment-too-long' },
  })
  expect(world.get(one)?.isBad).toBe(false)
})
