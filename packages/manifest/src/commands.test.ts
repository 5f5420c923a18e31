import { describe, expect, test } from 'vitest'
import { plan } from './plan.ts'
import { nextTick } from './schedule.ts'
import { treeOf } from './tree.ts'

async function planOf(files: Record<string, string>) {
  const result = await plan(treeOf(files))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.plan
}

async function problemsOf(files: Record<string, string>) {
  const result = await plan(treeOf(files))
  return result.ok ? [] : result.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)
}

const manifest = (text: string) => ({ 'slipway.yaml': text })
const nightly = (fields: string) => manifest(`services:\n  nightly: { run: x, ${fields} }`)

describe('a release command', () => {
  test('is what the manifest says, at the top of the release and for ten minutes unless it says how long', async () => {
    const of = async (release: string) =>
      (await planOf(manifest(`services: { web: { run: x } }\nrelease: ${release}`))).releaseCommand
    expect(await of('npm run migrate')).toEqual({ run: 'npm run migrate', root: '', timeoutSeconds: 600 })
    expect(await of('{ run: bin/migrate, timeout: 1h }')).toEqual({
      run: 'bin/migrate',
      root: '',
      timeoutSeconds: 3600,
    })
  })

  test('is the process of that name in a Procfile, in its folder, unless the manifest says another', async () => {
    const Procfile = 'release: ./migrate\nweb: ./serve'
    const top = await planOf({ Procfile })
    expect(top.releaseCommand).toMatchObject({ run: './migrate', root: '' })
    expect(top.services.map(({ name }) => name)).toEqual(['web'])
    const text = 'services: { web: { root: api } }'
    expect(
      (await planOf({ ...manifest(text), 'api/Procfile': Procfile, 'api/serve': '' })).releaseCommand,
    ).toMatchObject({ run: './migrate', root: 'api' })
    const other = await planOf({ ...manifest('release: ./other'), Procfile })
    expect(other.releaseCommand).toMatchObject({ run: './other', root: '' })
  })

  test('is one: of two in two folders neither is taken', async () => {
    const Procfile = 'release: ./migrate\nweb: ./serve'
    const files = {
      ...manifest('services: { web: { root: one }, api: { root: two } }'),
      'one/Procfile': Procfile,
      'two/Procfile': Procfile.replace('web', 'api'),
    }
    expect(await problemsOf(files)).toEqual(['manifest-two-releases 1:1'])
  })

  test.each([
    ['""', 'manifest-wrong-value 2:10'],
    ['[npm run migrate]', 'manifest-wrong-value 2:10'],
    ['{ rnu: x }', 'manifest-unknown-field 2:12'],
    ['{ timeout: 1m }', 'manifest-missing-field 2:1'],
    ['{ run: x, timeout: 5h }', 'manifest-wrong-value 2:29'],
  ])('%s is refused at its place', async (release, problem) => {
    const files = manifest(`services: { web: { run: x } }\nrelease: ${release}`)
    expect(await problemsOf(files)).toEqual([problem])
  })
})

describe('a cron service', () => {
  test('has a schedule, and a run skips the next and takes an hour at most unless it says otherwise', async () => {
    const [service] = (await planOf(nightly('every: 0  3 * * 1-5 Europe/London'))).services
    expect(service).toMatchObject({
      kind: 'cron',
      cron: { cron: '0 3 * * 1-5', zone: 'Europe/London', overlap: 'skip', timeoutSeconds: 3600 },
    })
    expect(service?.health).toBeUndefined()
    const [other] = (await planOf(nightly('every: "@daily", overlap: replace, timeout: 10m'))).services
    expect(other?.cron).toEqual({ cron: '@daily', zone: 'UTC', overlap: 'replace', timeoutSeconds: 600 })
  })

  test('other services have none', async () => {
    expect((await planOf(manifest('services: { web: { run: x } }'))).services[0]?.cron).toBeNull()
  })

  test.each([
    'every: "* * * *"',
    'every: "0 25 * * *"',
    'every: "0 0 30 2 *"',
    'every: "0 0 3 * * *"',
    'every: "@reboot"',
    'every: 10m',
    'every: 0 3 * * * Europe/Lodon',
  ])('%s is refused', async (fields) => {
    expect(await problemsOf(nightly(fields))).toEqual(['manifest-wrong-value 2:29'])
  })

  test.each([
    ['every: "@daily", health: /', 'manifest-cron-field 2:47'],
    ['every: "@daily", disks: { data: { path: /data } }', 'manifest-cron-field 2:46'],
    ['overlap: skip', 'manifest-cron-field 2:31'],
    ['timeout: 1m', 'manifest-cron-field 2:31'],
    ['every: "@daily", deploy: { strategy: canary }', 'manifest-canary-worker 2:47'],
  ])('%s is refused', async (fields, problem) => {
    expect(await problemsOf(nightly(fields))).toEqual([problem])
  })
})

test.each([
  [
    'the hour that is left out when clocks go forward: then',
    '30 1 * * *',
    '2026-03-28T12',
    '2026-03-29T01:00',
  ],
  ['the hour that comes twice when they go back: once', '30 1 * * *', '2026-10-24T12', '2026-10-25T00:30'],
  ['the hour that comes twice, once it was there', '30 1 * * *', '2026-10-25T01', '2026-10-26T01:30'],
  ['every hour of that night', '0 * * * *', '2026-10-25T00', '2026-10-25T01:00'],
])('the next time in London, in %s', (_, cron, after, next) => {
  const schedule = { cron, zone: 'Europe/London' }
  expect(nextTick(schedule, new Date(`${after}:00:00Z`))?.toISOString()).toBe(`${next}:00.000Z`)
})
