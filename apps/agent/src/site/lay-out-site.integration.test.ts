import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { newId } from '@slipway/core'
import { deploymentStream, siteList, siteOutput } from '@slipway/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, controlPlane } from '../testing/control-plane.ts'
import { startEmulator } from '../testing/emulator.ts'
import { type AgentFolder, agentFolder, endAllOf, keepRunning } from '../testing/running-agent.ts'

const bucket = 'slipway-222222222222-us-east-1-site'
let root: string
let emulator: Awaited<ReturnType<typeof startEmulator>>
let s3: S3Client
let plane: ControlPlane
let at: AgentFolder
let agent: ReturnType<typeof keepRunning>

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-site-'))
  const bundler = fileURLToPath(new URL('../../bundle.mjs', import.meta.url))
  const bundle = execFileSync(process.execPath, [bundler], { encoding: 'utf8' }).trim()
  emulator = await startEmulator(path.join(root, 'aws'))
  s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'root' },
    forcePathStyle: true,
  })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  plane = await controlPlane()
  const options = {
    kind: 'runner' as const,
    endpoint: plane.endpoint,
    awsEndpoint: emulator.endpoint,
    bucket,
  }
  at = await agentFolder(path.join(root, 'runner'), options)
  agent = keepRunning(bundle, 'agent', at)
})
afterAll(async () => {
  await agent?.stop()
  if (at) endAllOf(at.folder)
  await plane?.close()
  await emulator?.stop()
  if (root) rmSync(root, { recursive: true, force: true })
})

/** A release with sources, as builds pack it, and what tells the runner to lay out its folder `dist`. */
async function release(files: Record<string, string>, links: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(root, 'release-'))
  for (const [name, text] of Object.entries({ 'src/main.js': 'not published', ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  for (const [name, to] of Object.entries(links)) symlinkSync(to, path.join(folder, name))
  const archive = execFileSync('tar', ['-cz', '-C', folder, '.'])
  const key = `environments/env_1/releases/${newId('release')}.tar.gz`
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: archive }))
  const digest = createHash('sha256').update(archive).digest('hex')
  const deploymentId = newId('deployment')
  return {
    deploymentId,
    stream: deploymentStream(deploymentId),
    bucket,
    prefix: `sites/env_1/${digest.slice(0, 16)}/`,
    listKey: `environments/env_1/releases/${digest.slice(0, 16)}.site.json`,
    release: { key, digest, sizeBytes: archive.length },
    services: [{ name: 'web', folder: 'dist' }],
  }
}

const there = async (Prefix: string) => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
  return Contents.map(({ Key = '' }) => Key.slice(Prefix.length)).sort()
}

it('lays each file out with its type, how long it may be kept, and its own headers, and then the list', async () => {
  const spec = await release({
    'dist/index.html': '<h1>Hello</h1>',
    'dist/404.html': 'not here',
    'dist/app-0123abcd.js': 'x'.repeat(9 * 1_048_576),
    'dist/_headers': '/*\n  X-Frame-Options: DENY\n/app-*\n  Cache-Control: no-store\n',
    'dist/_redirects': '/old /new 301\n',
    'dist/.env': 'SECRET=1',
  })
  const outcome = await plane.result(plane.command({ kind: 'site', spec }))
  expect(outcome.ok && siteOutput.parse(outcome.output)).toMatchObject({ files: 3 })
  expect(await there(spec.prefix)).toEqual([
    'web/.slipway/404.html',
    'web/404.html',
    'web/app-0123abcd.js',
    'web/index.html',
  ])
  const head = (file: string) =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `${spec.prefix}web/${file}` }))
  const build = spec.release.digest.slice(0, 16)
  expect(await head('index.html')).toMatchObject({
    ContentType: 'text/html; charset=utf-8',
    CacheControl: 'public, max-age=0, must-revalidate',
    Metadata: { release: build, headers: '[["x-frame-options","DENY"]]' },
  })
  expect(await head('app-0123abcd.js')).toMatchObject({
    ContentLength: 9 * 1_048_576,
    ContentType: 'text/javascript; charset=utf-8',
    CacheControl: 'no-store',
  })
  expect((await head('.slipway/404.html')).Metadata).toMatchObject({ status: '404' })
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: spec.listKey }))
  const list = siteList.parse(JSON.parse((await Body?.transformToString()) ?? ''))
  expect(list.services).toMatchObject([
    {
      name: 'web',
      redirects: [{ from: '/old', to: '/new', status: 301, isForced: false }],
      hasNotFoundPage: true,
    },
  ])
  expect(list.services[0]?.files).toContainEqual({ path: 'app-0123abcd.js', isImmutable: true })
  await expect
    .poll(() => plane.lines(spec.stream))
    .toEqual([expect.stringMatching(/^3 files of the site, 9\.0 MB/)])
  expect(readdirSync(path.join(at.folder, 'state', 'builds'))).toEqual([])
})

it('puts nothing of the runner’s among the files, whatever a release links to', async () => {
  const secret = path.join(root, 'secret.txt')
  writeFileSync(secret, 'of the runner')
  const spec = await release({ 'dist/index.html': 'x' }, { 'dist/leak.txt': secret, 'dist/up': '../src' })
  const outcome = await plane.result(plane.command({ kind: 'site', spec }))
  expect(outcome.ok).toBe(true)
  expect(await there(spec.prefix)).toEqual(['web/index.html'])
})

it.each([
  ['a release that is not what was built', { digest: 'f'.repeat(64) }, 'release-does-not-match'],
  ['a release that is gone', { key: 'environments/env_1/releases/none.tar.gz' }, 'release-missing'],
])('%s is laid out nowhere', async (_, change, code) => {
  const spec = await release({ 'dist/index.html': 'x' })
  const wrong = { ...spec, release: { ...spec.release, ...change } }
  const outcome = await plane.result(plane.command({ kind: 'site', spec: wrong }))
  expect(outcome).toMatchObject({ ok: false, error: { code } })
  expect(await there(spec.prefix)).toEqual([])
})

it('a folder that is no site ends in words, and leaves no list behind', async () => {
  const spec = await release({ 'dist/about.html': 'x' })
  const outcome = await plane.result(plane.command({ kind: 'site', spec }))
  expect(outcome).toMatchObject({ ok: false, error: { code: 'build-site-no-index' } })
  expect(await there(spec.listKey)).toEqual([])
  expect(existsSync(path.join(at.folder, 'state', 'builds', spec.deploymentId))).toBe(false)
})
