import { eventually, get } from './address.ts'
import { loadOf } from './load.ts'
import { look } from './look.ts'
import { addressOf, connectAccount, createApp, type Person, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const app = 'tried'
const regions = ['us-east-1', 'eu-west-1'] as const
type Region = (typeof regions)[number]

/** Two servers without a disk, tried side by side. A minute is the shortest step: waits count once it is over. */
const manifest = `services:
  web:
    run: node server.js
    health: /healthz
    deploy: { strategy: canary, steps: [50% for 1m] }
pipeline:
  - stage: production
    waves:
      - { regions: [${regions.join(', ')}], limit: 2 }
`

/** Answers visitors after so many milliseconds, and one in `failsEvery` with an error; for its health it is always well. */
const server = (
  words: string,
  { milliseconds = 5, failsEvery = 0 } = {},
) => `import { createServer } from 'node:http'
let count = 0
const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  if (request.url === '/long') return setTimeout(() => response.end('long'), 10_000)
  count += 1
  response.statusCode = ${failsEvery} > 0 && count % ${failsEvery} === 0 ? 500 : 200
  setTimeout(() => response.end('<title>${words}</title>'), ${milliseconds})
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
`

// Eight minutes, most of them a canary's: more than every change can wait for. `CANARY=1` runs it.
test.skip(process.env.CANARY === undefined, 'it is asked for by CANARY=1')

test('a canary lets a good release through, and takes a slow one and a failing one back in every region', async ({
  page,
  slipway,
}) => {
  test.setTimeout(1_200_000)
  const person = await signUp(slipway, 'Canary')
  const account = await connectAccount(slipway, person, '141414141414')
  const repository = await createApp(person, account, app, 'node-sqlite')
  const push = async (words: string, like: Parameters<typeof server>[1] = {}) => {
    const files = { 'slipway.yaml': manifest, 'server.js': server(words, like) }
    const sha = await repository.commit(words, files)
    const { text } = await terminalOf(repository.push())
    return { sha, text }
  }
  /** Real requests to both regions, until this is done. */
  const underLoad = async <T>(perSecond: Record<Region, number>, during: () => Promise<T>) => {
    const loads = regions.map((region) => loadOf(addresses[region], perSecond[region]))
    const done = await during()
    return { done, seen: await Promise.all(loads.map((load) => load.stop())) }
  }

  const executionPage = (number: number) => `/o/${person.slug}/apps/${app}/executions/${number}`
  expect((await push('First words')).text).toContain('is live')
  const addresses = {
    'us-east-1': await addressOf(person, app, 'production-us-east-1'),
    'eu-west-1': await addressOf(person, app, 'production-eu-west-1'),
  }

  await test.step('one that is as good gets all requests, and none is lost', async () => {
    const { done, seen } = await underLoad({ 'us-east-1': 40, 'eu-west-1': 40 }, () => push('Second words'))
    expect(done.text).toContain('is live')
    for (const { failed, bodies } of seen) expect({ failed, bodies }).toEqual({ failed: [], bodies: 2 })
    for (const region of regions) {
      expect(await lastWords(person, 2, region)).toMatch(/^50 % to release 2: [\d,]+ requests, errors 0\.0 %/)
      expect((await get(addresses[region])).body).toContain('Second words')
    }
  })

  const slow =
    await test.step('one that is slower by 60 ms where visitors come goes back everywhere', async () => {
      await signInAs(page, 'canary@example.com')
      await expect(page).toHaveURL(/\/o\//)
      const canary = page.getByRole('region', { name: 'Canary in production-us-east-1' })
      const { done, seen } = await underLoad({ 'us-east-1': 40, 'eu-west-1': 1 }, async () => {
        const pushed = push('Slow words', { milliseconds: 65 })
        await eventually(
          async () => (await canariesOf(person, 3).catch(() => [])).length > 0 || undefined,
          'the canary',
        )
        await page.goto(executionPage(3))
        await expect(canary.getByText('Not known yet')).toBeVisible()
        return pushed
      })
      expect(seen.map(({ failed }) => failed)).toEqual([[], []])
      await expect(canary.getByText('Worse: went back')).toBeVisible()
      await expect(canary.getByText('is slower.')).toBeVisible()
      await expectTakenBack(
        person,
        3,
        /nineteen of twenty requests took up to \d+ ms \(before \d+(\.\d)? ms\)/,
      )
      for (const region of regions) expect((await get(addresses[region])).body).toContain('Second words')
      return done
    })

  await test.step('one that fails for one visitor in twenty goes back everywhere', async () => {
    // The host that finds it has to wait for these before it has gone back; the other one must not.
    const long: ReturnType<typeof get>[] = []
    const asking = setInterval(() => long.push(get(addresses['eu-west-1'], '/long')), 1000)
    const { seen } = await underLoad({ 'us-east-1': 1, 'eu-west-1': 40 }, () =>
      push('Failing words', { failsEvery: 20 }),
    )
    clearInterval(asking)
    const answers = new Set((await Promise.all(long)).map(({ status, body }) => `${status} ${body}`))
    expect([...answers]).toEqual(['200 long'])
    // What the release itself answered badly, and nothing else.
    for (const { failed } of seen) expect(failed.join()).toMatch(/^(\d+ × status 500)?$/)
    await expectTakenBack(person, 4, /\d\.\d % of [\d,]+ requests failed \(before 0\.0 % of [\d,]+\)/)
    for (const region of regions) expect((await get(addresses[region])).body).toContain('Second words')
  })

  await test.step('its page shows both releases in the same minutes, as charts and in words', async () => {
    const [first] = await canariesOf(person, 3)
    const minutes = first?.minutes.flatMap((minute) => minute ?? []) ?? []
    // The last one was slow in every minute that was counted, by what it was made slower.
    for (const { old, new: newer } of minutes.filter((minute) => minute.new.requests >= 100))
      expect((newer.p50Milliseconds ?? 0) - (old.p50Milliseconds ?? 0)).toBeGreaterThan(40)
    await look(page, 'execution-canary', executionPage(3))
    await look(page, 'execution-canary-table', `${executionPage(4)}?canary=table`)
    await page.goto(executionPage(2))
    await expect(page.getByText('No worse', { exact: true }).first()).toBeVisible()
  })

  await test.step('the commit that was bad deploys nowhere by itself, however it comes', async () => {
    const pushed = await terminalOf(repository.push(`+${slow.sha}:main`))
    expect(pushed.text).toContain('press Deploy')
    const seen = await executionOf(person, 5)
    expect(seen).toMatchObject({
      status: 'holding',
      canDeploy: true,
      revision: { sha: slow.sha, isBad: true },
    })
    expect(seen.parts.filter(({ kind, startedAt }) => kind === 'deployment' && startedAt !== null)).toEqual(
      [],
    )
    for (const region of regions) {
      const place = { organisationId: person.organisationId, app, environment: `production-${region}` }
      const releases = await person.api.environments.releases.query(place)
      const bad = releases.find(({ sha }) => sha === slow.sha)
      expect(bad).toMatchObject({ isBad: true, notPossible: 'Its revision was marked bad.' })
      expect((await get(addresses[region])).body).toContain('Second words')
    }
  })
})

function canariesOf({ api, organisationId }: Person, number: number) {
  return api.canaries.get.query({ organisationId, app, number })
}

function executionOf({ api, organisationId }: Person, number: number) {
  return api.executions.get.query({ organisationId, app, number })
}

/**
 * The execution failed of its canary, the commit is marked bad, and the host of each region went back: the other one no
 * later than the first had. Says when.
 */
async function expectTakenBack(person: Person, number: number, what: RegExp): Promise<void> {
  const seen = await eventually(async () => {
    const execution = await executionOf(person, number)
    return execution.endedAt === null ? undefined : execution
  }, `the end of execution ${number}`)
  expect(seen).toMatchObject({
    status: 'failed',
    error: { code: 'app-canary-worse', what: expect.stringMatching(what) },
    revision: { isBad: true },
  })
  const back = await Promise.all(
    regions.map(async (region) => {
      const lines = await linesOf(person, number, region)
      const at = (words: string) => Date.parse(lines.find(({ text }) => text.startsWith(words))?.at ?? '')
      return { begins: at('Going back'), ends: at('Release 2 serves alone') }
    }),
  )
  const [first, other] = back.toSorted((one, another) => one.begins - another.begins)
  if (first === undefined || other === undefined) throw new Error('a region did not go back')
  expect(other.begins).toBeLessThan(first.ends + 1000)
  console.log(
    `execution ${number}: red in one region → the other goes back: ${other.begins - first.begins} ms,`,
  )
  console.log(`  and the first had done so after ${first.ends - first.begins} ms`)
}

async function lastWords(person: Person, number: number, region: Region): Promise<string | undefined> {
  const lines = await linesOf(person, number, region)
  return lines.findLast(({ text }) => text.includes(' % to release '))?.text
}

async function linesOf(person: Person, number: number, region: Region) {
  const { api, organisationId } = person
  const { parts } = await executionOf(person, number)
  const stream = parts.find(({ environment }) => environment === `production-${region}`)?.stream ?? ''
  return (await api.logs.page.query({ organisationId, stream })).lines
}
