import { describe, expect, test } from 'vitest'
import { cellLook, commitColumns } from './commit-columns.ts'
import type { CommitCellShown, CommitShown, StageShown } from './pipeline-shown.ts'

const stage = (name: string, ...waves: string[][]): StageShown => ({
  name,
  isRemoved: false,
  hold: null,
  holder: null,
  last: null,
  waiting: [],
  checksOf: null,
  before: [],
  after: [],
  waves: waves.map((targets) => ({
    limit: 2,
    before: [],
    after: [],
    targets: targets.map((target) => ({
      name: target,
      progress: null,
      environment: {
        id: target,
        name: target,
        region: 'eu-west-1',
        cloudAccount: { id: 'acc_1', name: 'prod', brokenSince: null },
        url: null,
        health: 'healthy',
        live: null,
      },
    })),
  })),
})

const commit = (changed: Partial<CommitShown>): CommitShown => ({
  position: 1,
  sha: 'a'.repeat(40),
  message: 'Sort by price',
  author: 'Priya',
  pushedAt: '2026-11-24T10:00:00.000Z',
  isBad: false,
  execution: 1,
  build: null,
  cells: {},
  waitsBefore: null,
  why: { is: 'everywhere' },
  ...changed,
})
const cell = (is: CommitCellShown['is'], hour: number): CommitCellShown => ({
  is,
  at: `2026-11-24T${hour}:00:00.000Z`,
  with: null,
})

describe('the columns of a pipeline', () => {
  const stages = [
    stage('staging', ['staging']),
    stage('production', ['production-eu-west-1'], ['production-us-east-1', 'production-us-west-2']),
  ]

  test('are its targets in order, under their stage and wave', () => {
    expect(commitColumns(stages).map(({ over, name, door }) => [over, name, door])).toEqual([
      ['', 'staging', 'staging'],
      ['production, wave 1', 'eu-west-1', 'production'],
      ['production, wave 2', 'us-east-1', null],
      ['production, wave 2', 'us-west-2', null],
    ])
  })

  test('are its waves where there are many targets', () => {
    const many = stage(
      'production',
      ['production-0'],
      Array.from({ length: 12 }, (_, index) => `production-${index + 1}`),
    )
    expect(
      commitColumns([stage('staging', ['staging']), many]).map(({ over, name, environments }) => [
        over,
        name,
        environments.length,
      ]),
    ).toEqual([
      ['staging', 'all targets', 1],
      ['production', 'wave 1', 1],
      ['production', 'wave 2', 12],
    ])
  })
})

describe('a cell', () => {
  const column = { key: 'w', over: '', name: 'w', environments: ['a', 'b'], door: 'production' }

  test('is empty where the commit never came so far', () => {
    expect(cellLook(commit({}), column)).toBeNull()
  })

  test('says that the commit waits at the door of its stage', () => {
    const waitsBefore = { stage: 'production', since: '2026-11-24T11:00:00.000Z' }
    expect(cellLook(commit({ waitsBefore }), column)).toMatchObject({ is: 'waits', at: waitsBefore.since })
    expect(cellLook(commit({ waitsBefore }), { ...column, door: null })).toBeNull()
  })

  test('of several targets says what most needs to be seen, and in how many of them', () => {
    expect(cellLook(commit({ cells: { a: cell('here', 10), b: cell('back', 11) } }), column)).toMatchObject({
      is: 'back',
      count: '1 of 2',
    })
    expect(cellLook(commit({ cells: { a: cell('was', 10), b: cell('was', 12) } }), column)).toEqual({
      ...cell('was', 12),
      count: null,
    })
  })
})
