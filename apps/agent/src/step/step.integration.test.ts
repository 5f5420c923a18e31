import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { newId } from '@slipway/core'
import { checkStream, type StepArtifacts, type StepSpecInput, stepOutput } from '@slipway/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, controlPlane } from '../testing/control-plane.ts'
import { startEmulator } from '../testing/emulator.ts'
import { gitServer } from '../testing/git-server.ts'
import { type AgentFolder, agentFolder, endAllOf, keepRunning } from '../testing/running-agent.ts'

const bucket = 'slipway-222222222222-us-east-1-test'
const token = 'one-use-token-of-a-step'
let root: string
let emulator: Awaited<ReturnType<typeof startEmulator>>
let s3: S3Client
let git: Awaited<ReturnType<typeof gitServer>>
let plane: ControlPlane
let at: AgentFolder
let agent: ReturnType<typeof keepRunning>

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-step-'))
  const bundler = fileURLToPath(new URL('../../bundle.mjs', import.meta.url))
  const bundle = execFileSync(process.execPath, [bundler], { encoding: 'utf8' }).trim()
  git = await gitServer(path.join(root, 'git'), token)
  emulator = await startEmulator(path.join(root, 'aws'))
  s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'root' },
    forcePathStyle: true,
  })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  plane = await controlPlane()
  at = await agentFolder(path.join(root, 'runner'), {
    kind: 'runner',
    endpoint: plane.endpoint,
    awsEndpoint: emulator.endpoint,
    bucket,
  })
  agent = keepRunning(bundle, 'agent', at)
})
afterAll(async () => {
  await agent?.stop()
  if (at) endAllOf(at.folder)
  await plane?.close()
  await git?.close()
  await emulator?.stop()
  if (root) rmSync(root, { recursive: true, force: true })
})

function stepOf(command: string, more: Partial<StepSpecInput> = {}): StepSpecInput {
  const executionId = newId('execution')
  return {
    executionId,
    stepId: `${executionId}/staging/after/0/1`,
    stream: checkStream(executionId, 'staging/after/0'),
    repository: { url: git.url, token, sha: git.commit({ 'e2e.sh': 'echo "asks $SLIPWAY_URL"\n' }) },
    command,
    runtimes: [],
    timeoutSeconds: 60,
    ...more,
  }
}
const tell = (spec: StepSpecInput) => plane.command({ kind: 'step', spec })
async function good(id: string) {
  const outcome = await plane.result(id)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error))
  return stepOutput.parse(outcome.output)
}
async function failed(id: string) {
  const outcome = await plane.result(id)
  if (outcome.ok) throw new Error('it did not fail')
  return outcome.error
}
const hasBegun = (id: string) =>
  expect
    .poll(
      () =>
        plane.heard.some(
          (message) => message.type === 'progress' && message.id === id && message.phase === 'command',
        ),
      { timeout: 20_000 },
    )
    .toBe(true)
const processes = (pattern: string) =>
  execFileSync('/bin/sh', ['-c', `pgrep -f "${pattern}" || true`], { encoding: 'utf8' }).trim()
const left = () => readdirSync(path.join(at.folder, 'state', 'builds'))

describe('a step', () => {
  it('runs at the top of the commit with its variables, says its lines and leaves its outputs', async () => {
    const spec = stepOf(
      'sh e2e.sh && echo "URL=$SLIPWAY_URL/next" >> "$SLIPWAY_OUTPUT" && echo "of $SLIPWAY_EXECUTION at $SLIPWAY_REVISION"; ls -A',
      { variables: { SLIPWAY_URL: 'http://web-shop.test' }, outputs: ['URL'] },
    )
    expect((await good(tell(spec))).outputs).toEqual({ URL: 'http://web-shop.test/next' })
    await expect
      .poll(() => plane.lines(spec.stream))
      .toEqual(
        expect.arrayContaining([
          'asks http://web-shop.test',
          `of ${spec.executionId} at ${spec.repository.sha}`,
          'e2e.sh',
        ]),
      )
    expect(plane.lines(spec.stream)).not.toContain('.git')
    expect(left()).toEqual([])
  })

  it('has the runtime that the app asks for', async () => {
    const spec = stepOf('node --version', { runtimes: [{ kind: 'node', range: '>=24' }] })
    await good(tell(spec))
    await expect.poll(() => plane.lines(spec.stream)).toContain(process.version)
  })

  it('that fails says how, with its last lines, without the token', async () => {
    const error = await failed(tell(stepOf(`echo "leak ${token}"; echo "2 tests failed" >&2; exit 3`)))
    expect(error).toMatchObject({
      code: 'step-failed',
      what: expect.stringContaining('code 3'),
      details: expect.arrayContaining(['leak [token]', '2 tests failed']),
    })
    expect(JSON.stringify(plane.heard)).not.toContain(token)
  })

  it('that generates answers what it printed, or what it wrote into the file for it', async () => {
    const json = `[{"stage":"eu","after":[{"run":"echo ${'x'.repeat(20_000)}"}]}]`
    const repository = {
      url: git.url,
      token,
      sha: git.commit({
        'stages.json': json,
        'package.json': '{ "scripts": { "pipeline": "cat stages.json" } }',
      }),
    }
    const printed = stepOf('npm run pipeline', {
      repository,
      generates: true,
      runtimes: [{ kind: 'node', range: '>=24' }],
    })
    expect((await good(tell(printed))).generated?.trim()).toBe(json)
    const written = stepOf('echo thinking; echo "- stage: us" > "$SLIPWAY_PIPELINE"', { generates: true })
    expect((await good(tell(written))).generated).toBe('- stage: us\n')
    const endless = stepOf("head -c 300000 /dev/zero | tr '\\0' x | fold -w 1000", { generates: true })
    expect(await failed(tell(endless))).toMatchObject({ code: 'generated-too-large' })
    expect(await good(tell(stepOf('echo plain')))).not.toHaveProperty('generated')
  })

  it('ends well with a code that it may end with, and says which', async () => {
    const endings = [0, 1]
    expect(await good(tell(stepOf('exit 1', { endings })))).toMatchObject({ code: 1 })
    expect(await good(tell(stepOf('true', { endings })))).toMatchObject({ code: 0 })
    expect(await failed(tell(stepOf('exit 2', { endings })))).toMatchObject({ code: 'step-failed' })
  })

  it('without an output that it declares has failed', async () => {
    expect(await failed(tell(stepOf('true', { outputs: ['URL'] })))).toMatchObject({
      code: 'step-output-wrong',
      details: ['URL was not written.'],
    })
  })

  it('finds the folders that it keeps again, as its last good run left them, and no other app does', async () => {
    const use = (more: string) =>
      `cat cache/a/b; mkdir -p cache/a && echo kept >> cache/a/b; echo end; ${more}`
    const linesOf = async (command: string, key: string) => {
      const spec = stepOf(command, { cache: { key, folders: ['cache/a', 'never-made'] } })
      await plane.result(tell(spec))
      await expect.poll(() => plane.lines(spec.stream)).toContain('end')
      return plane.lines(spec.stream)
    }
    await linesOf(use('true'), 'app_one')
    await linesOf(use('exit 1'), 'app_one')
    const again = await linesOf(use('true'), 'app_one')
    expect(again).toContain('cache/a comes from the cache.')
    expect(again.filter((line) => line === 'kept')).toEqual(['kept'])
    const next = await linesOf('cat cache/a/b; echo end', 'app_one')
    expect(next.filter((line) => line === 'kept')).toEqual(['kept', 'kept'])
    expect(await linesOf('cat cache/a/b; echo end', 'app_two')).not.toContain('kept')
  })

  it('is ended with all that it started when its time is over, and nothing else is', async () => {
    const other = tell(stepOf('sleep 4; echo done'))
    await hasBegun(other)
    const spec = stepOf('setsid sleep 977 & sleep 978', { timeoutSeconds: 1 })
    expect((await failed(tell(spec))).code).toBe('step-too-long')
    expect(processes('^sleep 97[78]')).toBe('')
    await good(other)
  })

  it('is ended by a stop', async () => {
    const id = tell(stepOf('setsid sleep 976 & sleep 975'))
    await hasBegun(id)
    await expect.poll(() => processes('^sleep 97[56]')).not.toBe('')
    plane.command({ kind: 'stop', commandId: id })
    expect((await failed(id)).code).toBe('command-cancelled')
    expect(processes('^sleep 97[56]')).toBe('')
    expect(left()).toEqual([])
  })

  it('whose agent is killed is not run twice: it says that it was interrupted', async () => {
    const spec = stepOf('echo once; sleep 974')
    const id = tell(spec)
    await hasBegun(id)
    await expect.poll(() => processes('^sleep 974')).not.toBe('')
    agent.kill()
    expect((await failed(id)).code).toBe('step-interrupted')
    expect(processes('^sleep 974')).toBe('')
    expect(plane.lines(spec.stream).filter((line) => line === 'once').length).toBeLessThanOrEqual(1)
    expect(left()).toEqual([])
  })
})

describe('the artifacts of a step', () => {
  let count = 0
  const keeping = (names: string[]): StepArtifacts => ({
    bucket,
    found: [],
    kept: { key: `artifacts/exe_test/staging/after/0/${++count}/1.tar.gz`, names },
  })
  /** What a later step finds of what one kept. */
  async function keep(command: string, names: string[]): Promise<StepArtifacts['found']> {
    const artifacts = keeping(names)
    const kept = (await good(tell(stepOf(command, { artifacts })))).artifacts
    if (kept === undefined || artifacts.kept === undefined) throw new Error('it kept nothing')
    const fileBytes = kept.names.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    return [{ key: artifacts.kept.key, digest: kept.digest, sizeBytes: kept.sizeBytes, fileBytes }]
  }
  const finding = (found: StepArtifacts['found']) => ({ artifacts: { bucket, found } })
  async function linesOf(command: string, found: StepArtifacts['found']): Promise<string[]> {
    const spec = stepOf(`${command}; echo end`, finding(found))
    await good(tell(spec))
    await expect.poll(() => plane.lines(spec.stream)).toContain('end')
    return plane.lines(spec.stream)
  }

  it('are found by a later one at their places, over what the commit has, with their modes and links', async () => {
    const first = await keep(
      'mkdir -p out/deep "out/with space" && echo made > e2e.sh && echo x > out/deep/-x && echo no > out/not && printf "#!/bin/sh\\necho ran" > out/run && chmod 755 out/run && ln -s deep/-x out/link',
      ['e2e.sh', 'out/d*', 'out/{run,link}', 'out/with space'],
    )
    const lines = await linesOf('cat e2e.sh out/link && out/run && ls out', first)
    expect(lines).toEqual(expect.arrayContaining(['made', 'x', 'ran', 'with space']))
    expect(lines).not.toContain('not')
  })

  it('say how many files each name is, and how large they are', async () => {
    const artifacts = keeping(['reports', 'a.txt'])
    const command =
      'mkdir -p reports/empty reports/in && printf 12345 > reports/in/one && printf 1 > reports/two && printf 123 > a.txt'
    const output = await good(tell(stepOf(command, { artifacts })))
    expect(output.artifacts?.names).toEqual([
      { name: 'reports', files: 2, sizeBytes: 6 },
      { name: 'a.txt', files: 1, sizeBytes: 3 },
    ])
  })

  it('of several come one over the other, and folders of the same name become one', async () => {
    const one = await keep('mkdir r && echo one > r/same && echo one > r/one', ['r'])
    const two = await keep('mkdir r && echo two > r/same', ['r'])
    const lines = await linesOf('cat r/same r/one', [...one, ...two])
    expect(lines.filter((line) => line === 'one' || line === 'two')).toEqual(['two', 'one'])
  })

  it('that are not there after the command fail it, each by its name, and nothing is kept', async () => {
    const artifacts = keeping(['reports', 'e2e.sh', '*.xml'])
    expect(await failed(tell(stepOf('true', { artifacts })))).toMatchObject({
      code: 'step-artifact-missing',
      details: ['reports is not there.', '*.xml is not there.'],
    })
    const key = artifacts.kept?.key ?? ''
    const missing = { key, digest: 'a'.repeat(64), sizeBytes: 1, fileBytes: 1 }
    expect(await failed(tell(stepOf('echo ran', finding([missing]))))).toMatchObject({
      code: 'step-artifacts-gone',
    })
  })

  it('that are too large are refused before a byte is sent', async () => {
    const artifacts = keeping(['large'])
    expect(
      await failed(tell(stepOf('mkdir large && truncate -s 1073741825 large/hole', { artifacts }))),
    ).toMatchObject({ code: 'step-artifacts-too-large', details: ['large: 1024.0 MB'] })
  })

  it('that somebody changed since are not unpacked, and the command does not run', async () => {
    const [kept] = await keep('echo good > file', ['file'])
    if (kept === undefined) throw new Error('nothing was kept')
    const [other] = await keep('echo evil > file', ['file'])
    const { key } = kept
    const Body = Buffer.alloc(kept.sizeBytes, 'x')
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }))
    const spec = stepOf('echo ran', finding([kept]))
    expect(await failed(tell(spec))).toMatchObject({ code: 'step-artifacts-wrong' })
    expect(plane.lines(spec.stream)).not.toContain('ran')
    const longer = stepOf('echo ran', finding([{ ...kept, key: other?.key ?? '', sizeBytes: 1 }]))
    expect(await failed(tell(longer))).toMatchObject({ code: 'step-artifacts-wrong' })
  })

  it('lead nowhere outside: not by names in the archive, nor by links that it brings', async () => {
    const outside = path.join(root, 'outside')
    mkdirSync(outside)
    const evil = path.join(root, 'evil')
    mkdirSync(path.join(evil, 'd'), { recursive: true })
    writeFileSync(path.join(evil, 'd', 'up'), 'evil')
    symlinkSync(outside, path.join(evil, 'link'))
    const archives = [
      // `../up` and an absolute name.
      ['-C', path.join(evil, 'd'), '-P', '--transform', 's,^up$,../../up,', 'up'],
      ['-C', evil, '-P', '--transform', `s,^d/up$,${outside}/absolute,`, 'd/up'],
      // A link to outside, and a file that is to go through it.
      ['-C', evil, '-P', '--transform', 's,^d/up$,link/through,', 'link', 'd/up'],
    ]
    for (const [index, args] of archives.entries()) {
      const Body = execFileSync('tar', ['-czf', '-', ...args])
      const key = `artifacts/exe_evil/${index}.tar.gz`
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }))
      const digest = createHash('sha256').update(Body).digest('hex')
      await plane.result(
        tell(stepOf('true', finding([{ key, digest, sizeBytes: Body.length, fileBytes: 4 }]))),
      )
    }
    expect(readdirSync(outside)).toEqual([])
    expect(existsSync(path.join(at.folder, 'state', 'builds', 'up'))).toBe(false)
  })
})
