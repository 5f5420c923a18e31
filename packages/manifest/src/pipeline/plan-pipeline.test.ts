import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check'
import { expect, test } from 'vitest'
import { appPlanSchema } from '../app-plan.ts'
import { plan } from '../plan.ts'
import { treeOf } from '../tree.ts'

/** The pipeline of a manifest of one service; its own first line is the second of the file. */
async function read(pipeline: string) {
  const result = await plan(treeOf({ 'slipway.yaml': `services: { web: { run: x } }\n${pipeline}` }))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return appPlanSchema.parse(JSON.parse(JSON.stringify(result.plan))).pipeline
}

async function refusals(pipeline: string) {
  const result = await plan(treeOf({ 'slipway.yaml': `services: { web: { run: x } }\n${pipeline}` }))
  return result.ok ? [] : result.problems
}

/** One entry of `before` of a stage, which begins in column 30 of the second line. */
const before = (entry: string) => `pipeline: [{ stage: a, before: [${entry}] }]`
const monitors = (entry: string) => `pipeline: [{ stage: a, monitors: [${entry}] }]`
const generate = (fields: string) => `pipeline: [{ stage: a }, { generate: x, ${fields} }]`
const after = (entry: string) => `pipeline: [{ stage: a, after: [${entry}] }]`
const stage = (fields: string) => `pipeline: [{ stage: a, ${fields} }]`

test('without a pipeline, with one that is commented out, and in a plan that was kept before there was one: none', async () => {
  expect(await read('')).toBeNull()
  expect(await read('pipeline:\n  # - stage: a\n')).toBeNull()
  const result = await plan(treeOf({ 'slipway.yaml': 'services: { web: { run: x } }' }))
  const { pipeline: _none, ...kept } = result.ok ? result.plan : { pipeline: null }
  expect(appPlanSchema.parse(kept).pipeline).toBeNull()
})

test('the pipeline of the design: every line is that of what only the database can judge', async () => {
  const pipeline = `pipeline:
  - stage: staging
    account: dev
    region: eu-west-1
    after: [{ test: npm run e2e }, { approve: { by: [admin, Ann@example.com], not: author, expires: 2d } }]
  - stage: production
    account: prod
    before:
      - approve:
          by: [owner]
      - window: { open: Mon-Thu 09:00-16:00 Europe/London, closed: [2026-12-24..2027-01-02] }
    monitors:
      - alarm: checkout-errors
      - { http: https://shop.example.com/healthz, every: 10s }
    waves:
      - { regions: [eu-west-1], one-box: 10%, bake: { minutes: 60, requests: 1000 }, after: [{ run: ./tell }] }
      - regions: [us-east-1, us-west-2]
        bake: { minutes: 30 }
      - limit: 1
        regions:
          - ap-southeast-2
          - ap-northeast-1
`
  const step = { timeoutSeconds: 1800, retries: 0, regions: null, artifacts: [], outputs: [], cache: [] }
  expect(await read(pipeline)).toEqual({
    stages: [
      {
        name: 'staging',
        line: 4,
        account: 'dev',
        waves: [{ line: 5, regions: ['eu-west-1'], limit: 1, oneBoxPercent: null, before: [], after: [] }],
        before: [],
        after: [
          { line: 6, kind: 'test', command: 'npm run e2e', ...step },
          {
            line: 6,
            kind: 'approve',
            by: ['admin', 'ann@example.com'],
            notAuthors: true,
            expiresSeconds: 172_800,
          },
        ],
        monitors: [],
      },
      {
        name: 'production',
        line: 8,
        account: 'prod',
        before: [
          { line: 11, kind: 'approve', by: ['owner'], notAuthors: false, expiresSeconds: 604_800 },
          {
            line: 12,
            kind: 'window',
            open: [{ days: [1, 2, 3, 4], from: '09:00', to: '16:00' }],
            timeZone: 'Europe/London',
            closed: [{ from: '2026-12-24', to: '2027-01-02' }],
          },
          { line: 14, kind: 'monitors' },
        ],
        after: [],
        monitors: [
          { line: 14, kind: 'alarm', name: 'checkout-errors' },
          { line: 15, kind: 'http', url: 'https://shop.example.com/healthz', everySeconds: 10, expect: null },
        ],
        waves: [
          {
            line: 17,
            regions: ['eu-west-1'],
            limit: 1,
            oneBoxPercent: 10,
            before: [],
            after: [
              { line: 17, kind: 'bake', minutes: 60, requests: 1000, atMostMinutes: 1500 },
              { line: 17, kind: 'run', command: './tell', ...step },
            ],
          },
          {
            line: 18,
            regions: ['us-east-1', 'us-west-2'],
            limit: 2,
            oneBoxPercent: null,
            before: [],
            after: [{ line: 19, kind: 'bake', minutes: 30, requests: 0, atMostMinutes: 1470 }],
          },
          {
            line: 22,
            regions: ['ap-southeast-2', 'ap-northeast-1'],
            limit: 1,
            oneBoxPercent: null,
            before: [],
            after: [],
          },
        ],
      },
    ],
  })
})

const places: [string, object[]][] = [
  ['after: []', [{ regions: null, limit: 1 }]],
  ['region: eu-west-1', [{ regions: ['eu-west-1'], limit: 1 }]],
  ['regions: [eu-west-1, us-gov-west-1]', [{ regions: ['eu-west-1', 'us-gov-west-1'], limit: 2 }]],
  ['waves: [{}]', [{ regions: null, limit: 1 }]],
  [
    'waves: [{}, { regions: [eu-west-1], limit: 9, one-box: 2.5% }]',
    [
      { regions: null, limit: 1, oneBoxPercent: null },
      { regions: ['eu-west-1'], limit: 1, oneBoxPercent: 2.5 },
    ],
  ],
]
test.each(places)('places of a stage: %s', async (fields, waves) => {
  expect((await read(stage(fields)))?.stages[0]?.waves).toMatchObject(waves)
})

const checks: [string, object][] = [
  ['run: npm run warm', { kind: 'run', command: 'npm run warm' }],
  [
    'test: npm t, timeout: 90s, retries: 3, regions: [eu-west-1, us-east-1], artifacts: [./reports/, "dist/**/*.{zip,gz}"], outputs: [URL], cache: [node_modules]',
    {
      kind: 'test',
      timeoutSeconds: 90,
      retries: 3,
      regions: ['eu-west-1', 'us-east-1'],
      artifacts: ['reports', 'dist/**/*.{zip,gz}'],
      outputs: ['URL'],
      cache: ['node_modules'],
    },
  ],
  ['approve: true', { kind: 'approve', by: [], notAuthors: false, expiresSeconds: 604_800 }],
  ['approve: {}', { kind: 'approve', by: [] }],
  ['approve: { by: [viewer, viewer, member] }', { by: ['viewer', 'member'] }],
  ['bake: { minutes: 720 }', { kind: 'bake', minutes: 720, requests: 0, atMostMinutes: 2880 }],
  [
    'bake: { minutes: 10, requests: 5, at-most: 2h }',
    { kind: 'bake', minutes: 10, requests: 5, atMostMinutes: 120 },
  ],
  [
    'window: { open: [Sat-Mon 00:00-24:00 UTC, "Tue,Thu 22:30-23:00 UTC", Wed 01:00-02:00 UTC] }',
    {
      kind: 'window',
      open: [
        { days: [1, 6, 7], from: '00:00', to: '24:00' },
        { days: [2, 4], from: '22:30', to: '23:00' },
        { days: [3], from: '01:00', to: '02:00' },
      ],
      timeZone: 'UTC',
      closed: [],
    },
  ],
  [
    'window: { open: Mon-Sun 08:00-09:00 Asia/Kolkata, closed: [2028-02-29, 2026-12-24..2026-12-26] }',
    {
      timeZone: 'Asia/Kolkata',
      closed: [
        { from: '2028-02-29', to: '2028-02-29' },
        { from: '2026-12-24', to: '2026-12-26' },
      ],
    },
  ],
  [
    'hook: https://change.example.com/a',
    { kind: 'hook', url: 'https://change.example.com/a', expiresSeconds: 86_400 },
  ],
  [
    'hook: { url: http://change.localhost:4700, expires: 30m }',
    { kind: 'hook', url: 'http://change.localhost:4700', expiresSeconds: 1800 },
  ],
]
test.each(checks)('a step or gate: %s', async (entry, planned) => {
  const text = before(`{ ${entry} }`)
  expect((await read(text))?.stages[0]?.before).toMatchObject([{ line: 2, ...planned }])
  const inWave = stage(`waves: [{ before: [{ ${entry} }], after: [{ ${entry} }] }]`)
  expect((await read(inWave))?.stages[0]?.waves).toMatchObject([{ before: [planned], after: [planned] }])
})

test('a rehearsal stands behind the deployment of a stage or a wave', async () => {
  const rehearse = { line: 2, kind: 'rehearse' }
  expect((await read(after('{ rehearse: rollback }')))?.stages[0]?.after).toMatchObject([rehearse])
  const inWave = stage('waves: [{ after: [{ rehearse: rollback }] }]')
  expect((await read(inWave))?.stages[0]?.waves[0]?.after).toMatchObject([rehearse])
})

const watched: [string, object][] = [
  ['alarm: checkout errors', { kind: 'alarm', name: 'checkout errors' }],
  ['http: https://a.example.com/up', { kind: 'http', everySeconds: 30, expect: null }],
  ['http: https://a.example.com, every: 1m, expect: 204', { kind: 'http', everySeconds: 60, expect: 204 }],
  [
    'datadog: 12345',
    {
      kind: 'datadog',
      monitor: '12345',
      site: 'datadoghq.com',
      key: 'DD_API_KEY',
      appKey: 'DD_APP_KEY',
      everySeconds: 60,
    },
  ],
  ['datadog: "12345", every: 5m', { kind: 'datadog', monitor: '12345', everySeconds: 300 }],
  [
    'datadog: { monitor: 12345, site: datadoghq.eu, key: DD_KEY, app-key: DD_SECOND }',
    { monitor: '12345', site: 'datadoghq.eu', key: 'DD_KEY', appKey: 'DD_SECOND' },
  ],
  ['metric: p99 < 300ms', { kind: 'metric', metric: 'p99', is: 'below', value: 300 }],
  ['metric: p50<1.5s', { metric: 'p50', is: 'below', value: 1500 }],
  ['metric: errors < 1%', { metric: 'errors', is: 'below', value: 0.01 }],
  ['metric: requests > 10/m', { metric: 'requests', is: 'above', value: 10 }],
  ['metric: requests > 2/s', { metric: 'requests', is: 'above', value: 120 }],
  ['metric: cpu < 90%', { metric: 'cpu', is: 'below', value: 0.9 }],
  ['metric: memory < 90%', { metric: 'memory', is: 'below', value: 0.9 }],
  ['metric: disk < 95%', { metric: 'disk', is: 'below', value: 0.95 }],
  ['command: npm run probe', { kind: 'command', command: 'npm run probe', everySeconds: 60 }],
  ['command: ./probe, every: 5m', { kind: 'command', everySeconds: 300 }],
]
test.each(watched)('a monitor: %s', async (entry, planned) => {
  expect((await read(monitors(`{ ${entry} }`)))?.stages[0]?.monitors).toMatchObject([{ line: 2, ...planned }])
})

const many = (count: number, entry: string) => Array(count).fill(entry).join(', ')
const regionNames = (count: number) => Array.from({ length: count }, (_, index) => `eu-${letters(index)}-1`)
const letters = (index: number) => [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')

const looks: [string, string[]][] = [
  ['', ['monitors']],
  [
    'before: [{ window: { open: Mon 09:00-10:00 UTC } }, { approve: true }]',
    ['window', 'approve', 'monitors'],
  ],
  ['before: [{ approve: true }, { run: x }, { approve: true }]', ['approve', 'monitors', 'run', 'approve']],
  ['before: [{ test: x }]', ['monitors', 'test']],
]
test.each(looks)(
  'the look at its monitors is the last gate in front of the first step of a stage: %s',
  async (fields, kinds) => {
    const planned = await read(stage([fields, 'monitors: [{ alarm: a }]'].filter(Boolean).join(', ')))
    expect(planned?.stages[0]?.before.map(({ kind }) => kind)).toEqual(kinds)
  },
)

const refused: [string, string, number, string | undefined][] = [
  // of the whole
  ['pipeline: production', 'manifest-wrong-value', 11, undefined],
  ['pipeline: []', 'manifest-wrong-value', 11, undefined],
  ['pipeline: [production]', 'manifest-wrong-value', 12, undefined],
  ['pipeline: [{ account: a }]', 'manifest-wrong-value', 12, undefined],
  ['pipeline: [{ stge: a }]', 'manifest-unknown-field', 14, 'stage'],
  ['pipeline: [{ generate: npm run pipeline }]', 'manifest-wrong-value', 11, undefined],
  ['pipeline: [{ stage: a, generate: x }]', 'manifest-wrong-value', 34, undefined],
  ['pipeline: [{ stage: a, gates: [] }]', 'manifest-wrong-value', 31, undefined],
  ['pipeline: [{ stage: generate-2 }, { generate: x }]', 'manifest-wrong-value', 21, undefined],
  [generate('account: dev'), 'manifest-wrong-value', 50, undefined],
  [generate('waves: [{}]'), 'manifest-wrong-value', 48, undefined],
  [generate('gates: [{ rehearse: rollback }]'), 'manifest-wrong-value', 61, undefined],
  [generate('timeout: 2d'), 'manifest-wrong-value', 50, undefined],
  [generate('gates: [{ aprove: true }]'), 'manifest-unknown-field', 51, 'approve'],
  ['pipeline: [{ stage: A }]', 'manifest-wrong-value', 21, undefined],
  ['pipeline: [{ stage: a }, { stage: a }]', 'manifest-wrong-value', 35, undefined],
  [
    `pipeline: [${Array.from({ length: 51 }, (_, index) => `{ stage: s${index} }`).join(', ')}]`,
    'manifest-wrong-value',
    11,
    undefined,
  ],
  // of a stage
  [stage('account: 3'), 'manifest-wrong-value', 33, undefined],
  [stage('acount: b'), 'manifest-unknown-field', 24, 'account'],
  [stage('region: ireland'), 'manifest-wrong-value', 32, undefined],
  [stage('regions: []'), 'manifest-wrong-value', 33, undefined],
  [stage('regions: [eu-west-1, eu-west-1]'), 'manifest-wrong-value', 45, undefined],
  [stage('region: eu-west-1, regions: [us-east-1]'), 'manifest-wrong-value', 52, undefined],
  [stage('region: eu-west-1, waves: [{ regions: [us-east-1] }]'), 'manifest-wrong-value', 50, undefined],
  [stage('regions: [eu-west-1], waves: [{}]'), 'manifest-wrong-value', 53, undefined],
  [stage(`before: [${many(21, '{ run: x }')}]`), 'manifest-wrong-value', 32, undefined],
  [stage(`monitors: [${many(21, '{ alarm: x }')}]`), 'manifest-wrong-value', 34, undefined],
  // of its waves
  [stage('waves: []'), 'manifest-wrong-value', 31, undefined],
  [stage('waves: [{ reqions: [eu-west-1] }]'), 'manifest-unknown-field', 34, 'regions'],
  [stage('waves: [{}, {}]'), 'manifest-wrong-value', 36, undefined],
  [
    stage('waves: [{ regions: [eu-west-1] }, { regions: [us-east-1, eu-west-1] }]'),
    'manifest-wrong-value',
    81,
    undefined,
  ],
  [stage('waves: [{ limit: 0 }]'), 'manifest-wrong-value', 41, undefined],
  [stage('waves: [{ limit: 1.5 }]'), 'manifest-wrong-value', 41, undefined],
  [stage('waves: [{ one-box: 10 }]'), 'manifest-wrong-value', 43, undefined],
  [stage('waves: [{ one-box: 11% }]'), 'manifest-wrong-value', 43, undefined],
  [stage('waves: [{ one-box: 0% }]'), 'manifest-wrong-value', 43, undefined],
  [
    stage(`waves: [${regionNames(21).map((region) => `{ regions: [${region}] }`)}]`),
    'manifest-wrong-value',
    31,
    undefined,
  ],
  [stage(`regions: [${regionNames(51)}]`), 'manifest-wrong-value', 33, undefined],
  [
    stage(`waves: [{ regions: [${regionNames(30)}] }, { regions: [${regionNames(51).slice(30)}] }]`),
    'manifest-wrong-value',
    12,
    undefined,
  ],
  // of a step or gate
  [before('{}'), 'manifest-wrong-value', 33, undefined],
  [before('{ timeout: 3m }'), 'manifest-wrong-value', 33, undefined],
  [before('npm test'), 'manifest-wrong-value', 33, undefined],
  [before('{ tset: npm t }'), 'manifest-unknown-field', 35, 'test'],
  [before('{ run: x, test: y }'), 'manifest-wrong-value', 49, undefined],
  [before('{ approve: true, retries: 1 }'), 'manifest-wrong-value', 59, undefined],
  [before('{ run: "" }'), 'manifest-wrong-value', 40, undefined],
  [before('{ run: x, timeout: 1w }'), 'manifest-wrong-value', 52, undefined],
  [before('{ run: x, timeout: 25h }'), 'manifest-wrong-value', 52, undefined],
  [before('{ run: x, retries: 4 }'), 'manifest-wrong-value', 52, undefined],
  [before('{ run: x, artifacts: [../x] }'), 'manifest-wrong-value', 55, undefined],
  [before('{ run: x, artifacts: [/etc/passwd] }'), 'manifest-wrong-value', 55, undefined],
  [before('{ run: x, artifacts: [./] }'), 'manifest-wrong-value', 55, undefined],
  [before('{ run: x, artifacts: ["!x"] }'), 'manifest-wrong-value', 55, undefined],
  [before('{ run: x, cache: [.] }'), 'manifest-wrong-value', 51, undefined],
  [before('{ rehearse: rollback }'), 'manifest-wrong-value', 45, undefined],
  [after('{ rehearse: migration }'), 'manifest-wrong-value', 44, undefined],
  [after('{ rehearse: rollback, timeout: 5m }'), 'manifest-wrong-value', 63, undefined],
  [before('{ run: x, outputs: [A-B] }'), 'manifest-wrong-value', 53, undefined],
  [before('{ run: x, regions: [eu] }'), 'manifest-wrong-value', 53, undefined],
  [before('{ approve: false }'), 'manifest-wrong-value', 44, undefined],
  [before('{ approve: { by: [] } }'), 'manifest-wrong-value', 50, undefined],
  [before('{ approve: { by: [admins] } }'), 'manifest-wrong-value', 51, 'admin'],
  [before('{ approve: { by: [quality] } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ approve: { by: [ann@] } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ approve: { not: auther } }'), 'manifest-wrong-value', 51, 'author'],
  [before('{ approve: { expire: 2d } }'), 'manifest-unknown-field', 46, 'expires'],
  [before('{ approve: { expires: 31d } }'), 'manifest-wrong-value', 55, undefined],
  [before('{ bake: { requests: 5 } }'), 'manifest-missing-field', 35, undefined],
  [before('{ bake: { minutes: 0 } }'), 'manifest-wrong-value', 52, undefined],
  [before('{ bake: { minutes: 20161 } }'), 'manifest-wrong-value', 52, undefined],
  [before('{ bake: { minutes: 10, at-most: 9m } }'), 'manifest-wrong-value', 65, undefined],
  [before('{ bake: { minutes: 1, at-most: 90s } }'), 'manifest-wrong-value', 64, undefined],
  [before('{ bake: { minutes: 1, at_most: 2h } }'), 'manifest-unknown-field', 55, 'at-most'],
  [before('{ window: { closed: [2026-12-31] } }'), 'manifest-missing-field', 35, undefined],
  [before('{ window: { open: [] } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: always } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: Mon 09:00-16:00 } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: Mon 9:00-16:00 UTC } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: Mon 16:00-09:00 UTC } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: Mon 09:00-25:00 UTC } }'), 'manifest-wrong-value', 51, undefined],
  [before('{ window: { open: Mom 09:00-10:00 UTC } }'), 'manifest-wrong-value', 51, 'Mon'],
  [before('{ window: { open: Mon-Tue-Wed 09:00-10:00 UTC } }'), 'manifest-wrong-value', 51, undefined],
  [
    before('{ window: { open: Mon 09:00-10:00 Europe/Lodnon } }'),
    'manifest-wrong-value',
    51,
    'Europe/London',
  ],
  [before('{ window: { open: Mon 09:00-10:00 +01:00 } }'), 'manifest-wrong-value', 51, undefined],
  [
    before('{ window: { open: [Mon 09:00-10:00 UTC, Tue 09:00-10:00 Europe/Paris] } }'),
    'manifest-wrong-value',
    73,
    undefined,
  ],
  [
    before('{ window: { open: Mon 09:00-10:00 UTC, closed: [2026-02-29] } }'),
    'manifest-wrong-value',
    81,
    undefined,
  ],
  [
    before('{ window: { open: Mon 09:00-10:00 UTC, closed: [christmas] } }'),
    'manifest-wrong-value',
    81,
    undefined,
  ],
  [
    before('{ window: { open: Mon 09:00-10:00 UTC, closed: [2027-01-02..2026-12-24] } }'),
    'manifest-wrong-value',
    81,
    undefined,
  ],
  [before('{ hook: ftp://a.example.com }'), 'manifest-wrong-value', 41, undefined],
  [before('{ hook: { expires: 1d } }'), 'manifest-missing-field', 35, undefined],
  [before('{ hook: http://a.example.com }'), 'manifest-wrong-value', 41, undefined],
  [before('{ hook: { url: http://notlocalhost } }'), 'manifest-wrong-value', 48, undefined],
  // of a monitor
  [monitors('{ every: 10s }'), 'manifest-wrong-value', 35, undefined],
  [monitors('{ alrm: x }'), 'manifest-unknown-field', 37, 'alarm'],
  [monitors('{ alarm: x, every: 10s }'), 'manifest-wrong-value', 54, undefined],
  [monitors('{ command: x, expect: 200 }'), 'manifest-wrong-value', 57, undefined],
  [monitors('{ alarm: x, datadog: 1 }'), 'manifest-wrong-value', 56, undefined],
  [monitors('{ http: https://a.example.com, every: 4s }'), 'manifest-wrong-value', 73, undefined],
  [monitors('{ http: https://a.example.com, expect: 600 }'), 'manifest-wrong-value', 74, undefined],
  [monitors('{ datadog: mine }'), 'manifest-wrong-value', 46, undefined],
  [monitors('{ datadog: {} }'), 'manifest-missing-field', 37, undefined],
  [monitors('{ datadog: { monitor: 0 } }'), 'manifest-wrong-value', 57, undefined],
  [monitors('{ datadog: { monitor: 1, site: datadog.eu } }'), 'manifest-wrong-value', 66, 'datadoghq.eu'],
  [monitors('{ datadog: { monitor: 1, site: example.com } }'), 'manifest-wrong-value', 66, undefined],
  [monitors('{ datadog: { monitor: 1, key: a-b } }'), 'manifest-wrong-value', 65, undefined],
  [monitors('{ datadog: { monitor: 1, app_key: A } }'), 'manifest-unknown-field', 60, 'app-key'],
  [monitors('{ datadog: 1, every: 2h }'), 'manifest-wrong-value', 56, undefined],
  [monitors('{ datadog: 1, expect: 200 }'), 'manifest-wrong-value', 57, undefined],
  [monitors('{ command: x, every: fast }'), 'manifest-wrong-value', 56, undefined],
  [monitors('{ metric: slow }'), 'manifest-wrong-value', 45, undefined],
  [monitors('{ metric: erors < 1% }'), 'manifest-wrong-value', 45, 'errors'],
  [monitors('{ metric: latency < 1s }'), 'manifest-wrong-value', 45, undefined],
  [monitors('{ metric: p99 < 1% }'), 'manifest-wrong-value', 45, undefined],
  [monitors('{ metric: p99 < 300 }'), 'manifest-wrong-value', 45, undefined],
  [monitors('{ metric: errors < 101% }'), 'manifest-wrong-value', 45, undefined],
  [monitors('{ metric: errors < 0% }'), 'manifest-wrong-value', 45, undefined],
]
test.each(refused)('refused once, by its place: %s', async (text, code, column, nearest) => {
  const problems = await refusals(text)
  expect(problems.map((problem) => [problem.code, problem.place?.line, problem.nearest])).toEqual([
    [code, 2, nearest],
  ])
  expect(problems[0]?.place?.column).toBe(column)
})

test('an address with a password is refused without repeating it', async () => {
  const problems = await refusals(before('{ hook: https://ann:s3same@a.example.com }'))
  expect(problems).toHaveLength(1)
  expect(JSON.stringify(problems)).not.toContain('s3same')
})

test('all problems of a pipeline are told at once, in the order of the file', async () => {
  const text = `pipeline:
  - stage: staging
    acount: dev
    after: [{ approve: { by: [qa] } }]
  - generate: ""
  - stage: production
    monitors: [{ metric: p98 < 300ms }]
  - stage: worldwide
    waves: [{ regions: [eu-west-1] }, { regions: [eu-west-1] }]
`
  expect((await refusals(text)).map(({ code, place }) => `${place?.line}:${place?.column} ${code}`)).toEqual([
    '4:5 manifest-unknown-field',
    '5:31 manifest-wrong-value',
    '6:15 manifest-wrong-value',
    '8:26 manifest-wrong-value',
    '10:51 manifest-wrong-value',
  ])
})

test('whatever the order of words, a pipeline is either planned or refused by places in the file', async () => {
  const words = constantFrom(
    'stage: a',
    'stage: b',
    'account: dev',
    'region: eu-west-1',
    'regions: [eu-west-1, us-east-1]',
    'waves: [{}]',
    'waves: [{ regions: [eu-west-1], one-box: 5%, bake: { minutes: 1 } }]',
    'before: [{ run: x }, { approve: true }]',
    'after: [{ window: { open: Mon 09:00-10:00 UTC } }]',
    'monitors: [{ metric: cpu < 90% }]',
    'monitors: {}',
    'before: [~]',
    'bake: 3',
    'generate: x',
  )
  const entries = array(array(words, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  await assert(
    asyncProperty(entries, integer({ min: 0, max: 3 }), async (stages, blank) => {
      const fields = stages.flatMap((stage) =>
        stage.map((field, index) => `${index === 0 ? '  - ' : '    '}${field}`),
      )
      const lines = ['services: { web: { run: x } }', ...Array(blank).fill(''), 'pipeline:', ...fields]
      const result = await plan(treeOf({ 'slipway.yaml': lines.join('\n') }))
      if (result.ok) {
        appPlanSchema.parse(JSON.parse(JSON.stringify(result.plan)))
        return
      }
      expect(result.problems.length).toBeGreaterThan(0)
      for (const { place } of result.problems) {
        expect(place?.line).toBeGreaterThan(1)
        expect(place?.line).toBeLessThanOrEqual(lines.length)
      }
    }),
    { numRuns: 300 },
  )
})
