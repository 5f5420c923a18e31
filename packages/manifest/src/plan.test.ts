import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { appPlanSchema } from './app-plan.ts'
import { plan } from './plan.ts'
import { treeOf } from './tree.ts'

const examples = new URL('../../../examples/', import.meta.url)

function filesOf(folder: URL, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory()
        ? Object.entries(filesOf(new URL(`${entry.name}/`, folder), `${prefix}${entry.name}/`))
        : [[`${prefix}${entry.name}`, readFileSync(new URL(entry.name, folder), 'utf8')]],
    ),
  )
}

const names = readdirSync(examples).filter((name) => statSync(new URL(name, examples)).isDirectory())
test.each(names)('the example %s is planned as its expect.json says', async (name) => {
  const files = filesOf(new URL(`${name}/`, examples))
  const result = await plan(treeOf(files))
  expect(result.ok && appPlanSchema.parse(JSON.parse(JSON.stringify(result.plan)))).toMatchObject(
    JSON.parse(files['expect.json'] ?? '{}').plan,
  )
})

async function planOf(files: Parameters<typeof treeOf>[0]) {
  const result = await plan(treeOf(files))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.plan
}

async function problemsOf(files: Parameters<typeof treeOf>[0]) {
  const result = await plan(treeOf(files))
  return result.ok
    ? []
    : result.problems.map(({ code, place, nearest }) => ({ code, line: place?.line, nearest }))
}

const json = (value: object) => JSON.stringify(value)

test('a Node app: its lock file installs, its build script builds, its start script runs it', async () => {
  const read = {
    scripts: { build: 'tsc', start: 'next start' },
    engines: { node: '22.x' },
    dependencies: { next: '16' },
  }
  expect(await planOf({ 'package.json': json(read), 'package-lock.json': '{}' })).toMatchObject({
    build: ['npm ci --include=dev --no-audit --no-fund', 'npm run build'],
    runtimes: [{ kind: 'node', range: '22.x' }],
    services: [{ name: 'web', kind: 'web', run: 'next start' }],
  })
})

test('each lock file brings its own manager, in the version that package.json names', async () => {
  const installOf = async (lock: string, packageManager?: string) =>
    (await planOf({ 'package.json': json({ main: 'a.js', packageManager }), 'a.js': '', [lock]: '' })).build
  expect(await installOf('pnpm-lock.yaml', 'pnpm@9.1.4+sha512.abc')).toEqual([
    'npx -y pnpm@9.1.4 install --frozen-lockfile --prod=false',
  ])
  expect(await installOf('yarn.lock')).toEqual(['npx -y yarn@1 install --frozen-lockfile --production=false'])
  expect(await installOf('yarn.lock', 'yarn@4.2.2')).toEqual([
    'YARN_NODE_LINKER=node-modules npx -y @yarnpkg/cli-dist@4.2.2 install --immutable',
  ])
  expect(await installOf('yarn.lock', 'yarn@$(reboot)')).toEqual([
    'npx -y yarn@1 install --frozen-lockfile --production=false',
  ])
})

test('a workspace is installed where its lock file lies and built in its own folder', async () => {
  const files = {
    'slipway.yaml': 'services:\n  web: { root: ./services/web/ }',
    'package-lock.json': '{}',
    'package.json': '{}',
    'services/web/package.json': json({ scripts: { build: 'vite build', start: 'node server.js' } }),
  }
  expect(await planOf(files)).toMatchObject({
    build: ['npm ci --include=dev --no-audit --no-fund', 'cd services/web && npm run build'],
    services: [{ root: 'services/web', run: 'node server.js' }],
  })
})

test('a Procfile says what runs: web listens, the others are workers, and what is built is built once', async () => {
  const files = {
    Procfile: '# two\nweb: node web.js\nqueue_worker: bin/work --fast\n',
    'package.json': json({ dependencies: { a: '1' } }),
  }
  const result = await planOf(files)
  expect(result.build).toEqual(['npm install --include=dev --no-audit --no-fund'])
  expect(
    result.services.map(({ name, kind, run, health }) => ({ name, kind, run, health: health?.path })),
  ).toEqual([
    { name: 'web', kind: 'web', run: 'node web.js', health: '/' },
    { name: 'queue-worker', kind: 'worker', run: 'bin/work --fast', health: undefined },
  ])
})

test('a broken Procfile names its line', async () => {
  expect(await problemsOf({ Procfile: 'web: x\n\nrelease: npm run migrate\nnonsense\nweb: y' })).toEqual([
    { code: 'manifest-procfile', line: 4, nearest: undefined },
    { code: 'manifest-procfile', line: 5, nearest: undefined },
  ])
  expect(await problemsOf({ Procfile: '' })).toMatchObject([{ code: 'manifest-procfile', line: 1 }])
})

test('a folder of pages is served as it is, also when a build makes it', async () => {
  expect(await planOf({ 'public/index.html': '' })).toMatchObject({
    services: [{ kind: 'static', root: 'public', run: '' }],
    runtimes: [],
  })
  const vite = json({ scripts: { build: 'vite build', dev: 'vite' }, devDependencies: { vite: '8' } })
  expect(await planOf({ 'index.html': '', 'package.json': vite, 'package-lock.json': '' })).toMatchObject({
    services: [{ kind: 'static', root: 'dist' }],
    build: ['npm ci --include=dev --no-audit --no-fund', 'npm run build'],
  })
  expect(await planOf({ 'slipway.yaml': 'services: { docs: { build: make, publish: out } }' })).toMatchObject(
    {
      services: [{ name: 'docs', kind: 'static', root: 'out' }],
      build: ['make'],
    },
  )
})

function elf(machine: number): Uint8Array {
  const header = new Uint8Array(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.set([2, 0, machine, 0], 16)
  return header
}

test('a ready executable is run as it is, on a host of its architecture', async () => {
  expect(await planOf({ hello: { executable: elf(0xb7) }, 'README.md': '' })).toMatchObject({
    services: [{ name: 'web', run: './hello' }],
    runtimes: [],
    architecture: 'arm64',
  })
  const files = {
    Procfile: 'web: LEVEL=info exec ./bin/app --port $PORT',
    'bin/app': { executable: elf(0x3e) },
  }
  expect(await planOf(files)).toMatchObject({ architecture: 'x86_64' })
})

test('an executable that no host can run is refused, each reason by its own code', async () => {
  const Procfile = 'web: ./app'
  const macho = new Uint8Array([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1])
  expect(await problemsOf({ Procfile, app: { executable: macho } })).toMatchObject([
    { code: 'manifest-executable-foreign' },
  ])
  expect(await problemsOf({ Procfile, app: { executable: elf(0xf3) } })).toMatchObject([
    { code: 'manifest-executable-foreign' },
  ])
  expect(await problemsOf({ Procfile, app: elf(0x3e) })).toMatchObject([{ code: 'manifest-executable-mode' }])
  const wrong = 'services:\n  web:\n    run: ./app\n    size: { instance: c7g.large }'
  expect(await problemsOf({ 'slipway.yaml': wrong, app: { executable: elf(0x3e) } })).toMatchObject([
    { code: 'manifest-two-architectures', line: 4 },
  ])
})

test('an instance type fixes the architecture', async () => {
  const typed = async (type: string) =>
    (await planOf({ 'slipway.yaml': `services: { web: { run: x, size: { instance: ${type} } } }` }))
      .architecture
  expect(
    await Promise.all(
      ['t4g.nano', 'im4gn.large', 'a1.large', 'c7i.large', 'g5.xlarge', 'r7gd.large'].map(typed),
    ),
  ).toEqual(['arm64', 'arm64', 'arm64', 'x86_64', 'x86_64', 'arm64'])
})

test('who listens in a manifest of several services', async () => {
  const manifest = `services:
  web: { run: a }
  api: { run: b, health: /up }
  site: { publish: out }
  emails: { run: c }
  web2: { run: d, health: false }`
  const { services } = await planOf({ 'slipway.yaml': manifest })
  expect(services.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'web web',
    'api web',
    'site static',
    'emails worker',
    'web2 worker',
  ])
  expect((await planOf({ 'slipway.yaml': 'services: { shop: { run: a } }' })).services[0]?.kind).toBe('web')
})

test('variables and secrets come with the plan, numbers as text', async () => {
  const manifest =
    'services: { web: { run: x } }\nenv: { A: 1, B: true, C: text }\nsecrets: [KEY, { SESSION: generate }]'
  expect(await planOf({ 'slipway.yaml': manifest })).toMatchObject({
    variables: { A: '1', B: 'true', C: 'text' },
    secrets: [
      { name: 'KEY', generate: false },
      { name: 'SESSION', generate: true },
    ],
  })
})

const refused: [string, string, Record<string, string>][] = [
  ['nothing at all', 'manifest-empty', {}],
  ['nothing that says what runs', 'manifest-nothing-detected', { 'README.md': '' }],
  ['a language that is not detected yet', 'manifest-nothing-detected', { 'mix.exs': '' }],
  ['a Node app without a start', 'manifest-no-start', { 'package.json': '{"scripts":{"test":"x"}}' }],
  ['a package.json that is not JSON', 'manifest-package-json', { 'package.json': '{' }],
  ['a package.json of another form', 'manifest-package-json', { 'package.json': '{"scripts":[]}' }],
  ['a manifest of another name', 'manifest-wrong-file-name', { 'slipway.yml': '' }],
  [
    'run beside publish',
    'manifest-run-and-publish',
    { 'slipway.yaml': 'services: { web: { run: x, publish: out } }' },
  ],
  [
    'a secret that is a variable too',
    'manifest-name-twice',
    { 'slipway.yaml': 'services: { web: { run: x } }\nenv: { A: 1 }\nsecrets: [A]' },
  ],
  [
    'two sizes',
    'manifest-two-sizes',
    { 'slipway.yaml': 'services: { web: { run: x, size: small }, b: { run: x, size: large } }' },
  ],
]
test.each(refused)('refused: %s', async (_, code, files) => {
  expect((await problemsOf(files)).map((problem) => problem.code)).toEqual([code])
})

test('a misspelled folder and a misspelled process get the nearest name and the line in the manifest', async () => {
  const files = { 'slipway.yaml': 'services:\n  web:\n    root: srevices/web', 'services/web/index.html': '' }
  expect(await problemsOf(files)).toEqual([{ code: 'manifest-no-folder', line: 3, nearest: 'services' }])
  const processes = { 'slipway.yaml': 'services:\n  web: {}\n  wroker: {}', Procfile: 'web: a\nworker: b' }
  expect(await problemsOf(processes)).toEqual([{ code: 'manifest-no-process', line: 3, nearest: 'worker' }])
})

const kinds = async (services: string, pipeline = '') =>
  (
    await planOf({
      'index.html': 'x',
      'docs/index.html': 'x',
      'slipway.yaml': `services: ${services}\n${pipeline}`,
    })
  ).compute

test.each([
  ['a published folder', '{ web: { publish: . } }', 'static', false],
  ['two of them', '{ web: { publish: . }, docs: { publish: docs } }', 'static', false],
  ['a folder beside what runs', '{ web: { run: node x.js }, docs: { publish: docs } }', 'server', false],
  ['a site by name', '{ web: { publish: ., kind: static } }', 'static', true],
  ['a folder on a server by name', '{ web: { publish: ., kind: server } }', 'server', true],
  ['a folder with a canary', '{ web: { publish: ., deploy: { strategy: canary } } }', 'server', false],
  ['a folder with a size', '{ web: { publish: ., size: small } }', 'server', false],
  ['a function by name', '{ web: { run: node x.js, kind: function } }', 'function', true],
  [
    'two functions, whatever they are called',
    '{ a: { run: node x.js, kind: function }, b: { run: node y.js, kind: function } }',
    'function',
    true,
  ],
])('%s is %s', async (_, services, kind, isNamed) => {
  expect(await kinds(services)).toEqual({ kind, isNamed })
})

test('a repository that is only a page is a site, and one with a one-box is served by a host', async () => {
  expect((await planOf({ 'index.html': 'x' })).compute).toEqual({ kind: 'static', isNamed: false })
  const pipeline = 'pipeline: [{ stage: production, waves: [{ one-box: 10% }] }]\n'
  expect(await kinds('{ web: { publish: . } }', pipeline)).toEqual({ kind: 'server', isNamed: false })
})

test.each([
  ['run', '{ web: { run: node x.js, kind: static } }'],
  ['another service that runs', '{ api: { run: node x.js, health: / }, web: { publish: ., kind: static } }'],
  ['a disk', '{ web: { publish: ., kind: static, disks: { data: { path: /data } } } }'],
  ['a canary', '{ web: { publish: ., kind: static, deploy: { strategy: canary } } }'],
  ['a size', '{ web: { publish: ., kind: static, size: small } }'],
  ['the other kind', '{ web: { publish: ., kind: static }, docs: { publish: docs, kind: server } }'],
  ['a release command', '{ web: { publish: ., kind: static } }', 'release: bin/migrate'],
  [
    'a one-box',
    '{ web: { publish: ., kind: static } }',
    'pipeline: [{ stage: production, waves: [{ one-box: 10% }] }]',
  ],
  [
    'a bake by requests',
    '{ web: { publish: ., kind: static } }',
    'pipeline: [{ stage: production, after: [{ bake: { minutes: 5, requests: 10 } }] }]',
  ],
  [
    'a figure of a host',
    '{ web: { publish: ., kind: static } }',
    'pipeline: [{ stage: production, monitors: [{ metric: p99 < 300ms }], after: [{ bake: { minutes: 5 } }] }]',
  ],
])('kind: static with %s is refused, with its line', async (_, services, pipeline = '') => {
  const files = {
    'index.html': 'x',
    'docs/index.html': 'x',
    'slipway.yaml': `services: ${services}\n${pipeline}`,
  }
  expect(await problemsOf(files)).toContainEqual({
    code: 'manifest-not-static',
    line: pipeline === '' ? 1 : 2,
    nearest: undefined,
  })
})

test.each([
  ['a worker', '{ web: { run: node x.js, kind: function }, jobs: { run: node y.js } }'],
  [
    'what is due',
    '{ web: { run: node x.js, kind: function }, nightly: { run: node y.js, every: "0 3 * * *" } }',
  ],
  ['a folder', '{ web: { run: node x.js, kind: function }, docs: { publish: docs } }'],
  ['a disk', '{ web: { run: node x.js, kind: function, disks: { data: { path: /data } } } }'],
  ['a canary', '{ web: { run: node x.js, kind: function, deploy: { strategy: canary } } }'],
  ['an instance type', '{ web: { run: node x.js, kind: function, size: { instance: c7g.large } } }'],
  ['hooks', '{ web: { run: node x.js, kind: function, hooks: { before-switch: ops/warm.sh } } }'],
  ['another kind', '{ web: { run: node x.js, kind: function }, api: { run: node y.js, kind: server } }'],
])('kind: function with %s is refused, with its line', async (_, services) => {
  const files = { 'docs/index.html': 'x', 'slipway.yaml': `services: ${services}\n` }
  expect(await problemsOf(files)).toContainEqual({
    code: 'manifest-not-function',
    line: 1,
    nearest: undefined,
  })
})

const clusterOf = (web: string, more = '') => ({
  'slipway.yaml': `services: { web: { run: node x.js, kind: cluster${web} } }\n${more}`,
})

test('a cluster has as many hosts as it says, and one where it says nothing', async () => {
  expect(
    await planOf(
      clusterOf(
        ', scale: { min: 2, max: 5, on: { cpu: 60%, requests: 500/s, schedule: [{ at: "0 8 * * 1-5 Europe/London", min: 3 }] } }',
      ),
    ),
  ).toMatchObject({
    compute: { kind: 'cluster', isNamed: true },
    scale: {
      min: 2,
      max: 5,
      cpuPercent: 60,
      requestsPerSecond: 500,
      schedule: [{ cron: '0 8 * * 1-5', zone: 'Europe/London', min: 3 }],
      isSticky: false,
    },
  })
  expect((await planOf(clusterOf(''))).scale).toMatchObject({ min: 1, max: 1, cpuPercent: null })
  expect((await planOf({ 'index.html': 'x' })).scale).toBeNull()
})

test.each([
  ['a disk', ', disks: { data: { path: /data } }'],
  ['a canary', ', deploy: { strategy: canary }'],
  ['a one-box', '', 'pipeline: [{ stage: production, waves: [{ one-box: 10% }] }]'],
])('kind: cluster with %s is refused', async (_, web, more = '') => {
  expect(await problemsOf(clusterOf(web, more))).toMatchObject([{ code: 'manifest-not-cluster' }])
})

test('scale is refused where there is one host, and where it makes no sense', async () => {
  const server = { 'slipway.yaml': 'services: { web: { run: node x.js, scale: { min: 2 } } }' }
  expect(await problemsOf(server)).toMatchObject([{ code: 'manifest-scale-without-cluster' }])
  for (const scale of [
    '{ min: 3, max: 2 }',
    '{ min: 2, on: { cpu: 60% } }',
    '{ min: 1, max: 2, on: {} }',
    '{ min: 1, max: 2, on: { schedule: [{ at: "@daily", min: 2 }] } }',
    '{ min: 1, max: 2, on: { schedule: [{ at: "0 8 * * *", min: 3 }] } }',
  ])
    expect(await problemsOf(clusterOf(`, scale: ${scale}`))).toMatchObject([{ code: 'manifest-wrong-value' }])
})
