import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type AppPlan, plan, treeOf } from '@slipway/manifest'
import { describe, expect, test } from 'vitest'
import { type SimulatedLine, simulate } from './simulate.ts'

const home = { account: 'home', region: 'eu-west-1' }
const startsAt = new Date('2026-11-26T10:00:00Z')

async function planOf(manifest: string): Promise<AppPlan> {
  const files = { Procfile: 'web: ./run\n', run: { executable: '#!/bin/sh\n' }, 'slipway.yaml': manifest }
  const result = await plan(treeOf(files))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.plan
}

const folder = (path: string) => new URL(`../../../../examples/${path}`, import.meta.url)
const example = (name: string) =>
  planOf(
    readFileSync(folder(`${name}/slipway.yaml`), 'utf8').replace(/services:[\s\S]*?\n\n(?=pipeline:)/, ''),
  )

describe('pipelines written by others', () => {
  test.each([
    'pipeline-pay-ci-test',
    'pipeline-pay-ci-staging',
    'pipeline-pay-ci-production',
    'pipeline-amazon',
    'pipeline-generated',
  ])('%s goes to its end', async (name) => {
    const { execution, lines } = simulate(await example(name), { startsAt, home })
    expect(execution.end?.how).toBe('succeeded')
    expect(lines.at(-1)).toMatchObject({ place: 'the end', words: 'succeeded' })
  })

  test('the one of Amazon waits out its holidays, and bakes for more than twenty hours', async () => {
    const { execution, lines } = simulate(await example('pipeline-amazon'), { startsAt, home })
    const entered = lines.find(({ place, words }) => place === 'production' && words === 'is entered')
    expect(entered?.at.toISOString()).toBe('2026-12-03T17:00:00.000Z')
    const hours = (Date.parse(execution.end?.at ?? '') - (entered?.at.getTime() ?? 0)) / 3_600_000
    expect(hours).toBeGreaterThan(20)
  })
})

const waves = `
pipeline:
  - stage: staging
    after: [{ test: npm run e2e }]
  - stage: production
    waves:
      - { regions: [eu-west-1], bake: { minutes: 60 } }
      - { regions: [us-east-1, us-west-2] }
`

test('a test that fails keeps the revision from going further, and what runs, runs', async () => {
  const { execution, lines } = simulate(await planOf(waves), {
    startsAt,
    home,
    wrong: [{ path: 'staging/after/0' }],
  })
  expect(execution.end?.how).toBe('failed')
  expect(execution.isBad).toBe(false)
  expect(lines.some(({ place }) => place.startsWith('production'))).toBe(false)
})

test('a bake that turns red takes its wave back, and the revision is bad', async () => {
  const { execution, lines } = simulate(await planOf(waves), {
    startsAt,
    home,
    wrong: [{ path: 'production/0/after/0', isRed: true }],
  })
  expect(execution).toMatchObject({ isBad: true, end: { how: 'failed' } })
  expect(lines.some(({ words }) => words === 'is back at what ran before')).toBe(true)
  expect(lines.some(({ place }) => place.startsWith('production/1'))).toBe(false)
})

describe('stages that a command says', () => {
  const tried = async (text?: string) => {
    const said = text === undefined ? undefined : new Map([['generate-2', text]])
    return simulate(await example('pipeline-generated'), { startsAt, home, ...(said && { said }) })
  }
  const printed = execFileSync(process.execPath, [fileURLToPath(folder('pipeline-generated/stages.js'))], {
    encoding: 'utf8',
  })
  const words = (lines: SimulatedLine[], of: string) =>
    lines.filter(({ place }) => place === of).map((line) => line.words)

  test('are not known before it has run; what they may ask for is', async () => {
    const { execution, lines } = await tried()
    expect(execution.end?.how).toBe('succeeded')
    expect(words(lines, 'generate-2/before/0')).toEqual([
      expect.stringContaining('waits for Stages of node stages.js'),
      'may add stages; at most, accounts: prod; regions: eu-west-1, eu-central-1, us-east-1; each behind: approve; generating in turn: 2 deep',
      'which stages it adds is not known before it has run: none are followed here',
      'has passed',
    ])
  })

  test('are followed to their end, behind the gates of their entry, where it is told what it prints', async () => {
    const { execution, lines } = await tried(printed)
    expect(execution.stages.map(({ name }) => name)).toEqual(['staging', 'generate-2', 'europe', 'america'])
    expect(words(lines, 'generate-2/before/0')).toContain('adds europe, america')
    expect(words(lines, 'europe/before/0').at(-1)).toBe('has passed')
    expect(lines.map(({ place }) => place)).toContain('europe/0/1 prod eu-central-1')
    const times = lines.map(({ at }) => at.getTime())
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  })

  test('are followed where they generate in turn', async () => {
    const inner = await tried('- stage: europe\n  account: prod\n  region: eu-west-1\n- generate: ./more\n')
    expect(words(inner.lines, 'generate-2-2/before/0')).toContain(
      'may add stages; at most, accounts: prod; regions: eu-west-1, eu-central-1, us-east-1; each behind: approve; generating in turn: 1 deep',
    )
  })

  test('are refused with their lines where they ask for more', async () => {
    const { execution } = await tried('- stage: far\n  account: prod\n  region: ap-south-1\n')
    expect(execution.end).toMatchObject({
      how: 'failed',
      error: { what: expect.stringContaining('generated.yaml:3:1 The region ap-south-1 is not among those') },
    })
  })
})
