import { readFileSync } from 'node:fs'
import { type AppPlan, plan, treeOf } from '@slipway/manifest'
import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'

const home = { account: 'home', region: 'eu-west-1' }
const startsAt = new Date('2026-11-26T10:00:00Z')

async function planOf(manifest: string): Promise<AppPlan> {
  const files = { Procfile: 'web: ./run\n', run: { executable: '#!/bin/sh\n' }, 'slipway.yaml': manifest }
  const result = await plan(treeOf(files))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.plan
}

const example = (name: string) =>
  planOf(
    readFileSync(new URL(`../../../../examples/${name}/slipway.yaml`, import.meta.url), 'utf8').replace(
      /services:[\s\S]*?\n\n(?=pipeline:)/,
      '',
    ),
  )

describe('pipelines written by others', () => {
  test.each([
    'pipeline-pay-ci-test',
    'pipeline-pay-ci-staging',
    'pipeline-pay-ci-production',
    'pipeline-amazon',
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
