import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { newId, type ReleaseId } from '@slipway/core'
import {
  type BuildOutput,
  type BuildSpecInput,
  buildOutput,
  buildStream,
  type DeploymentSpecInput,
  pointer,
  pointerKey,
  serviceStream,
} from '@slipway/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, controlPlane } from './testing/control-plane.ts'
import { startEmulator } from './testing/emulator.ts'
import { gitServer } from './testing/git-server.ts'
import { serverSaying } from './testing/host-in-a-folder.ts'
import { load } from './testing/load.ts'
import { type AgentFolder, agentFolder, endAllOf, keepRunning } from './testing/running-agent.ts'

const bucket = 'slipway-222222222222-us-east-1-test'
const token = 'one-use-token-of-a-build'
let root: string
let bundle: string
let emulator: Awaited<ReturnType<typeof startEmulator>>
let git: Awaited<ReturnType<typeof gitServer>>
let s3: S3Client

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-agent-'))
  const bundler = fileURLToPath(new URL('../bundle.mjs', import.meta.url))
  bundle = execFileSync(process.execPath, [bundler], { encoding: 'utf8' }).trim()
  emulator = await startEmulator(path.join(root, 'aws'))
  git = await gitServer(path.join(root, 'git'), token)
  const client = {
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'root' },
  }
  s3 = new S3Client({ ...client, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  await new SSMClient(client).send(
    new PutParameterCommand({
      Name: '/slipway/test/API_KEY',
      Value: 'very-secret-value',
      Type: 'SecureString',
    }),
  )
})
afterAll(async () => {
  await git?.close()
  await emulator?.stop()
  if (root) rmSync(root, { recursive: true, force: true })
})

type Running = {
  plane: ControlPlane
  at: AgentFolder
  agent: ReturnType<typeof keepRunning>
  gate: ReturnType<typeof keepRunning> | undefined
  end(): Promise<void>
}
async function begin(kind: 'host' | 'runner'): Promise<Running> {
  const plane = await controlPlane()
  const at = await agentFolder(mkdtempSync(path.join(root, `${kind}-`)), {
    kind,
    endpoint: plane.endpoint,
    awsEndpoint: emulator.endpoint,
    bucket,
  })
  const gate = kind === 'host' ? keepRunning(bundle, 'gate', at) : undefined
  const agent = keepRunning(bundle, 'agent', at)
  return {
    plane,
    at,
    agent,
    gate,
    async end() {
      await Promise.all([agent.stop(), gate?.stop()])
      endAllOf(at.folder)
      await plane.close()
    },
  }
}

const buildOf = (sha: string, more: Partial<BuildSpecInput> = {}) => {
  const releaseId = newId('release')
  return {
    executionId: newId('execution'),
    releaseId,
    repository: { url: git.url, token, sha },
    commands: [],
    runtimes: [{ kind: 'node', range: '>=24' }],
    output: { bucket, key: `environments/test/releases/${releaseId}.tar.gz` },
    ...more,
  }
}
const good = async (plane: ControlPlane, id: string) => {
  const outcome = await plane.result(id, 120)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error))
  return outcome.output
}
const failed = async (plane: ControlPlane, id: string) => {
  const outcome = await plane.result(id, 120)
  if (outcome.ok) throw new Error('it did not fail')
  return outcome.error
}

describe('a runner', () => {
  let runner: Running
  beforeAll(async () => {
    runner = await begin('runner')
  })
  afterAll(() => runner.end())

  it('makes a release of a commit: files, what its commands made, and the runtime; not .git', async () => {
    const sha = git.commit({ 'server.js': serverSaying('hello'), 'package.json': '{"name":"app"}' })
    const spec = buildOf(sha, { commands: ['node --version > version.txt', 'echo built'] })
    const output = buildOutput.parse(await good(runner.plane, runner.plane.command({ kind: 'build', spec })))
    expect(output).toMatchObject({ architecture: process.arch, runtime: `Node ${process.versions.node}` })
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: spec.output.key }))
    const archive = path.join(root, 'release.tar.gz')
    execFileSync('/bin/sh', ['-c', `cat > ${archive}`], { input: await Body?.transformToByteArray() })
    const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).split('\n')
    expect(names).toEqual(
      expect.arrayContaining(['.slipway/runtime/bin/node', './server.js', './version.txt']),
    )
    expect(names.some((name) => name.includes('.git/'))).toBe(false)
    expect(createHash('sha256').update(readFileSync(archive)).digest('hex')).toBe(output.digest)
    await expect
      .poll(() => runner.plane.lines(buildStream(spec.executionId)))
      .toEqual(expect.arrayContaining(['$ echo built', 'built']))
  })

  it('says which command failed, how, and its last lines, without the token', async () => {
    const sha = git.commit({ 'server.js': '' })
    const spec = buildOf(sha, {
      commands: [`echo "leak ${token}"; echo "Error: no such module" >&2; exit 7`],
    })
    const error = await failed(runner.plane, runner.plane.command({ kind: 'build', spec }))
    expect(error).toMatchObject({
      code: 'build-command-failed',
      what: expect.stringContaining('code 7'),
      details: ['leak [token]', 'Error: no such module'],
    })
    expect(JSON.stringify(runner.plane.heard)).not.toContain(token)
  })

  it('ends everything that a build started when its time is over', async () => {
    const sha = git.commit({ 'server.js': '' })
    const spec = buildOf(sha, { commands: ['setsid sleep 987 & sleep 988'], timeoutSeconds: 2 })
    expect((await failed(runner.plane, runner.plane.command({ kind: 'build', spec }))).code).toBe(
      'build-took-too-long',
    )
    expect(execFileSync('/bin/sh', ['-c', 'pgrep -f "^sleep 98[78]" || true'], { encoding: 'utf8' })).toBe('')
  })

  it('ends a build that is cancelled', async () => {
    const sha = git.commit({ 'server.js': '' })
    const id = runner.plane.command({ kind: 'build', spec: buildOf(sha, { commands: ['sleep 986'] }) })
    await expect
      .poll(
        () =>
          runner.plane.heard.some(
            (message) => message.type === 'progress' && message.id === id && message.phase === 'command',
          ),
        { timeout: 10_000 },
      )
      .toBe(true)
    runner.plane.command({ kind: 'stop', commandId: id })
    expect((await failed(runner.plane, id)).code).toBe('command-cancelled')
  })

  it('that is killed in a build does it again from the checkout, though the token is spent', async () => {
    const sha = git.commit({ 'server.js': serverSaying('again') })
    const id = runner.plane.command({ kind: 'build', spec: buildOf(sha, { commands: ['sleep 1'] }) })
    await expect
      .poll(
        () =>
          runner.plane.heard.some(
            (message) => message.type === 'progress' && message.id === id && message.phase === 'command',
          ),
        { timeout: 10_000 },
      )
      .toBe(true)
    runner.agent.kill()
    await good(runner.plane, id)
  })

  it('makes a function of a commit: a zip with what starts it, links and modes, and no Node that Lambda has', async () => {
    const sha = git.commit({ 'server.js': serverSaying('hello'), 'package.json': '{"name":"app"}' })
    const commands = [
      'mkdir bin .slipway',
      'cp server.js bin/x',
      'chmod +x bin/x',
      'ln -s bin/x linked',
      'echo no > .slipway/own',
    ]
    const build = (key: string) =>
      buildOf(sha, { commands, archive: 'zip', output: { bucket, key: `environments/test/releases/${key}` } })
    const made = async (key: string) =>
      buildOutput.parse(await good(runner.plane, runner.plane.command({ kind: 'build', spec: build(key) })))
    const output = await made('a.zip')
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: 'environments/test/releases/a.zip' }),
    )
    const archive = path.join(root, 'release.zip')
    execFileSync('/bin/sh', ['-c', `cat > ${archive}`], { input: await Body?.transformToByteArray() })
    expect(createHash('sha256').update(readFileSync(archive)).digest('hex')).toBe(output.digest)
    const list = `import sys, zipfile, stat
for e in zipfile.ZipFile(sys.argv[1]).infolist(): print(stat.filemode(e.external_attr >> 16), e.filename)`
    const names = execFileSync('python3', ['-c', list, archive], { encoding: 'utf8' }).trim().split('\n')
    expect(names.toSorted()).toEqual([
      '-rw-r--r-- .slipway/start.mjs',
      '-rw-r--r-- package.json',
      '-rw-r--r-- server.js',
      '-rwxr-xr-x .slipway/start.sh',
      '-rwxr-xr-x bin/x',
      'lrwxrwxrwx linked',
    ])
    expect((await made('b.zip')).digest).toBe(output.digest)
  })

  it('refuses a function that is larger than Lambda takes, with what is large', async () => {
    const sha = git.commit({ 'server.js': '' })
    const commands = ['mkdir big', 'truncate -s 260M big/file']
    const error = await failed(
      runner.plane,
      runner.plane.command({ kind: 'build', spec: buildOf(sha, { commands, archive: 'zip' }) }),
    )
    expect(error).toMatchObject({
      code: 'build-function-too-large',
      details: expect.arrayContaining(['260 MB  big/file']),
    })
  })

  it('without the right token says that it could not fetch the commit', async () => {
    const sha = git.commit({ 'server.js': '' })
    const spec = buildOf(sha)
    const error = await failed(
      runner.plane,
      runner.plane.command({
        kind: 'build',
        spec: { ...spec, repository: { ...spec.repository, token: 'spent' } },
      }),
    )
    expect(error.code).toBe('build-no-source')
  })

  it('does a command once: asked again it answers what it answered before', async () => {
    const sha = git.commit({ 'server.js': '' })
    const spec = buildOf(sha)
    const id = runner.plane.command({ kind: 'build', spec })
    const first = await good(runner.plane, id)
    runner.plane.results.clear()
    runner.plane.command({ kind: 'build', spec: { ...spec, commands: ['exit 1'] } }, 1, 60, id)
    expect(await good(runner.plane, id)).toEqual(first)
  })
})

describe('a host', () => {
  let runner: Running
  beforeAll(async () => {
    runner = await begin('runner')
  })
  afterAll(() => runner.end())

  let number = 0
  async function release(
    script: string,
  ): Promise<
    { id: ReleaseId; number: number; key: string } & Pick<
      BuildOutput,
      'digest' | 'sizeBytes' | 'architecture'
    >
  > {
    const spec = buildOf(git.commit({ 'server.js': script }))
    const { digest, sizeBytes, architecture } = buildOutput.parse(
      await good(runner.plane, runner.plane.command({ kind: 'build', spec })),
    )
    return { id: spec.releaseId, number: ++number, key: spec.output.key, digest, sizeBytes, architecture }
  }
  const specOf = (
    host: Running,
    it: Awaited<ReturnType<typeof release>>,
    more: Partial<DeploymentSpecInput['services'][number]> = {},
  ): DeploymentSpecInput => ({
    environmentId: host.at.file.environmentId ?? newId('environment'),
    deploymentId: newId('deployment'),
    fence: 1,
    release: it,
    services: [
      { id: serviceId, name: 'web', publicName: 'web-test', run: 'node server.js', singleton: true, ...more },
    ],
    variables: { GREETING: 'hi' },
    secrets: [{ name: 'API_KEY', parameter: '/slipway/test/API_KEY', version: 1 }],
  })
  const serviceId = newId('service')
  const ask = (host: Running, path = '/') =>
    new Promise<string>((resolve) => {
      http
        .get(
          {
            host: '127.0.0.1',
            port: host.at.file.gatePort,
            path,
            headers: { host: 'web-test.localhost' },
            agent: false,
            timeout: 5000,
          },
          (response) => {
            let body = ''
            response.on('data', (piece) => {
              body += piece
            })
            response.on('end', () => resolve(`${response.statusCode} ${body}`))
          },
        )
        .on('error', (error) => resolve(error.message))
    })

  it('fetches a release with its digest, gives it variables and secrets, cuts secrets from its log, and tells that it runs', async () => {
    const host = await begin('host')
    try {
      const script = `console.log('key is ' + process.env.API_KEY); require('node:http').createServer((q, r) => r.end(process.env.GREETING + process.env.API_KEY.length)).listen(process.env.PORT)`
      const spec = specOf(host, await release(script))
      await good(host.plane, host.plane.command({ kind: 'deploy', spec }))
      expect(await ask(host)).toBe('200 hi17')
      const stream = serviceStream(spec.environmentId, 'web')
      await expect.poll(() => host.plane.lines(stream)).toContain('key is [API_KEY]')
      expect(JSON.stringify(host.plane.heard)).not.toContain('very-secret-value')
      await expect
        .poll(() =>
          host.plane.heard.some(
            (message) => message.type === 'alive' && message.services[0]?.serviceId === serviceId,
          ),
        )
        .toBe(true)
      await expect
        .poll(() => host.plane.heard.findLast((message) => message.type === 'health'))
        .toMatchObject({ services: [{ name: 'web', state: 'healthy' }] })
      const { Body } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: pointerKey(spec.environmentId) }),
      )
      expect(pointer.parse(JSON.parse((await Body?.transformToString()) ?? '')).spec.release.id).toBe(
        spec.release.id,
      )

      const wrong = specOf(host, { ...spec.release, id: newId('release'), digest: '0'.repeat(64) })
      expect((await failed(host.plane, host.plane.command({ kind: 'deploy', spec: wrong }))).code).toBe(
        'release-does-not-match',
      )
      const older = host.plane.command({ kind: 'restart' }, 0)
      expect((await failed(host.plane, older)).code).toBe('command-superseded')
      expect(await ask(host)).toBe('200 hi17')
    } finally {
      await host.end()
    }
  })

  it.each(['fetch', 'hold', 'stop', 'start-alone', 'switch', 'bake'])(
    'whose agent is killed in phase %s of a switch under load loses no request and ends with the new release',
    async (phase) => {
      const host = await begin('host')
      try {
        await good(
          host.plane,
          host.plane.command({ kind: 'deploy', spec: specOf(host, await release(serverSaying('one'))) }),
        )
        const next = specOf(host, await release(serverSaying('two', 300)))
        const traffic = load({ port: host.at.file.gatePort ?? 0, host: 'web-test.localhost', perSecond: 100 })
        const id = host.plane.command({ kind: 'deploy', spec: next })
        await expect
          .poll(
            () =>
              host.plane.heard.some(
                (message) => message.type === 'progress' && message.id === id && message.phase === phase,
              ),
            { timeout: 20_000, interval: 1 },
          )
          .toBe(true)
        host.agent.kill()
        await good(host.plane, id)
        expect(await ask(host)).toBe('200 two')
        const result = await traffic.stop()
        expect(result.errors).toEqual({})
      } finally {
        await host.end()
      }
    },
  )

  it('whose agent is killed during a canary goes back to the old release alone and says so', async () => {
    const host = await begin('host')
    try {
      const beside = { singleton: false }
      const one = specOf(host, await release(serverSaying('one')), beside)
      await good(host.plane, host.plane.command({ kind: 'deploy', spec: one }))
      const two = specOf(host, await release(serverSaying('two')), beside)
      const traffic = load({ port: host.at.file.gatePort ?? 0, host: 'web-test.localhost', perSecond: 100 })
      const steps = [{ percent: 50, seconds: 600 }]
      const id = host.plane.command({ kind: 'deploy', spec: { ...two, canary: { steps } } })
      const answers = new Set<string>()
      await expect
        .poll(async () => answers.add(await ask(host)).has('200 two'), { timeout: 20_000, interval: 20 })
        .toBe(true)
      host.agent.kill()
      expect(await failed(host.plane, id)).toMatchObject({ code: 'host-canary-interrupted' })
      const after = await Promise.all(Array.from({ length: 30 }, () => ask(host)))
      expect(new Set(after)).toEqual(new Set(['200 one']))
      expect((await traffic.stop()).errors).toEqual({})
    } finally {
      await host.end()
    }
  })

  it('whose old release dies during a canary starts it again, and cancelled has it alone', async () => {
    const host = await begin('host')
    try {
      const saying = (word: string) => `require('node:http').createServer((q, r) => {
  if (q.url === '/die-' + ${JSON.stringify(word)}) process.exit(5)
  r.end(${JSON.stringify(word)})
}).listen(process.env.PORT)`
      const beside = { singleton: false, stopSeconds: 1 }
      const one = specOf(host, await release(saying('one')), beside)
      await good(host.plane, host.plane.command({ kind: 'deploy', spec: one }))
      const two = specOf(host, await release(saying('two')), beside)
      const canary = { steps: [{ percent: 50, seconds: 600 }] }
      const id = host.plane.command({ kind: 'deploy', spec: { ...two, canary } })
      await expect.poll(() => ask(host), { timeout: 20_000, interval: 20 }).toBe('200 two')
      await expect.poll(() => ask(host, '/die-one'), { timeout: 10_000, interval: 5 }).not.toMatch(/^200/)
      await expect.poll(() => ask(host), { timeout: 10_000, interval: 20 }).toBe('200 one')
      await expect.poll(() => ask(host), { timeout: 10_000, interval: 20 }).toBe('200 two')
      host.plane.command({ kind: 'stop', commandId: id })
      expect(await failed(host.plane, id)).toMatchObject({ code: 'command-cancelled' })
      const after = await Promise.all(Array.from({ length: 30 }, () => ask(host)))
      expect(new Set(after)).toEqual(new Set(['200 one']))
    } finally {
      await host.end()
    }
  })

  it('whose gate is killed serves again at once, and new requests are not refused', async () => {
    const host = await begin('host')
    try {
      await good(
        host.plane,
        host.plane.command({ kind: 'deploy', spec: specOf(host, await release(serverSaying('one'))) }),
      )
      for (let i = 0; i < 3; i++) {
        host.gate?.kill()
        // What was with it in that moment is lost, as with any process; the next one finds an open port.
        await new Promise((resolve) => setTimeout(resolve, 50))
        for (let j = 0; j < 20; j++) expect(await ask(host)).toBe('200 one')
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    } finally {
      await host.end()
    }
  })

  it('boots from its pointer with Slipway gone', async () => {
    const host = await begin('host')
    try {
      await good(
        host.plane,
        host.plane.command({ kind: 'deploy', spec: specOf(host, await release(serverSaying('one'))) }),
      )
      await host.end()
      const gate = keepRunning(bundle, 'gate', host.at)
      const agent = keepRunning(bundle, 'agent', host.at)
      await expect.poll(() => ask(host), { timeout: 20_000 }).toBe('200 one')
      await Promise.all([gate.stop(), agent.stop()])
    } finally {
      endAllOf(host.at.folder)
    }
  })

  it('starts an app again that dies, and says so in its log', async () => {
    const host = await begin('host')
    try {
      const dying = `require('node:http').createServer((q, r) => { if (q.url === '/die') process.exit(5); r.end('alive') }).listen(process.env.PORT)`
      const spec = specOf(host, await release(dying))
      await good(host.plane, host.plane.command({ kind: 'deploy', spec }))
      http
        .get({
          host: '127.0.0.1',
          port: host.at.file.gatePort,
          path: '/die',
          headers: { host: 'web-test.localhost' },
        })
        .on('error', () => {})
      await expect
        .poll(() => host.plane.lines(serviceStream(spec.environmentId, 'web')), { timeout: 10_000 })
        .toContain('web died: it exited with code 5. It is started again.')
      await expect.poll(() => ask(host)).toBe('200 alive')
    } finally {
      await host.end()
    }
  })
})

it('the bundle is one file that names no path of this machine', () => {
  expect(readFileSync(bundle, 'utf8')).not.toContain('/work/')
})
