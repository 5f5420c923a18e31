import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { randomOf } from './canary-simulation.ts'
import { type Failures, fisherExact } from './fisher-exact.ts'
import { rankTest, type Waits, winsOf } from './rank-test.ts'

type Counts = { old: Failures; new: Failures }
type Bins = { old: Waits; new: Waits }

const random = randomOf(20_260_101)
const upTo = (most: number) => Math.floor(random() * (most + 1))
const many = <Case>(count: number, invent: () => Case) => Array.from({ length: count }, invent)

function counts(requestsMax: number, errorsMax: number): Counts {
  const side = () => {
    const requests = upTo(requestsMax)
    return { requests, errors: upTo(Math.min(requests, errorsMax)) }
  }
  return { old: side(), new: side() }
}

/** A fourfold table as books print it: those that have it and those that have it not, first the new. */
function table(newer: [number, number], old: [number, number]): Counts {
  const side = ([errors, others]: [number, number]) => ({ requests: errors + others, errors })
  return { new: side(newer), old: side(old) }
}

/** https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.fisher_exact.html */
const published = {
  'the lady tasting tea': table([3, 1], [1, 3]),
  'whales and sharks in two oceans': table([8, 2], [1, 5]),
  'the table that SciPy’s page begins with': table([6, 2], [1, 4]),
  'dizygotic and monozygotic twins of convicts (Fisher, 1935)': table([10, 3], [2, 15]),
}
const fewCounts = [
  ...Object.values(published),
  ...many(300, () => counts(30, 30)),
  ...many(300, () => counts(2000, 2000)),
  ...many(100, () => counts(2000, 30)),
]
/** As many as a busy day has: where SciPy takes logarithms of factorials, whole numbers judge. */
const manyCounts = [
  ...many(30, () => counts(100_000, 500)),
  ...many(20, () => counts(10_000_000, 1000)),
  ...many(10, () => counts(5000, 5000)),
]

/** The example of SciPy's page: age at which a disease was found, in years, of men and women. */
const ages = { men: [19, 22, 16, 29, 24], women: [20, 11, 17, 12] }
const inYears = (values: number[]) =>
  many(30, () => 0).map((_, year) => values.filter((one) => one === year).length)
const bins = (most: number): Bins => {
  const side = () => many(14, () => (random() < 0.3 ? 0 : upTo(most)))
  return { old: side(), new: side() }
}
const ranks: Bins[] = [
  { new: inYears(ages.men), old: inYears(ages.women) },
  ...many(200, () => bins(3)),
  ...many(100, () => bins(100)),
  ...many(5, () => bins(20_000)),
].filter((one) => Math.min(...[one.old, one.new].map((side) => Math.max(...side))) > 0)

const answers = z
  .object({
    fisher: z.array(z.number()),
    exact: z.array(z.number()),
    ranks: z.array(z.object({ chance: z.number(), wins: z.number() })),
  })
  .parse(JSON.parse(await ask({ fisher: fewCounts, exact: manyCounts, ranks })))

async function ask(asked: unknown): Promise<string> {
  const url = new URL('../../../../../scripts/install-python.mjs', import.meta.url)
  const { installPython } = z
    .object({
      installPython: z.custom<(folder: string, packages: string[]) => string>(
        (value) => typeof value === 'function',
      ),
    })
    .parse(await import(url.href))
  const bin = installPython('scipy-1.17.1', ['scipy==1.17.1', 'numpy==2.4.6'])
  const program = fileURLToPath(new URL('scipy-answers.py', import.meta.url))
  return execFileSync(join(bin, 'python'), [program], { input: JSON.stringify(asked), encoding: 'utf8' })
}

/** To 1 part in a billion of what it is, so that the far tails count too. */
function expectSame(own: number, other: number | undefined, of: unknown) {
  const most = 1e-9 * Math.max(Math.abs(own), 1e-290)
  expect(Math.abs(own - (other ?? Number.NaN)), `${own} and ${other} of ${JSON.stringify(of)}`).toBeLessThan(
    most,
  )
}

test.each(Object.entries(published))('Fisher’s exact test: %s', (_, one) => {
  expectSame(fisherExact(one), answers.fisher[fewCounts.indexOf(one)], one)
})

test('Fisher’s exact test is what was published', () => {
  expect(fisherExact(published['the lady tasting tea'])).toBeCloseTo(17 / 70, 12)
  // R prints it under fisher.test(Convictions, alternative = "less").
  const twins = fisherExact(published['dizygotic and monozygotic twins of convicts (Fisher, 1935)'])
  expect(twins).toBeCloseTo(0.0004652, 7)
})

test('Fisher’s exact test is SciPy’s on random tables', () => {
  fewCounts.forEach((one, index) => {
    expectSame(fisherExact(one), answers.fisher[index], one)
  })
})

test('Fisher’s exact test is that of whole numbers on tables of millions', () => {
  manyCounts.forEach((one, index) => {
    expectSame(fisherExact(one), answers.exact[index], one)
  })
})

test('the rank test and its wins are SciPy’s, on its own example and on random bins', () => {
  ranks.forEach((one, index) => {
    expectSame(rankTest(one), answers.ranks[index]?.chance, one)
    expect(winsOf(one)).toBe(answers.ranks[index]?.wins)
  })
  expect(answers.ranks[0]?.chance).toBeCloseTo(0.11134688653314041 / 2, 12)
})
