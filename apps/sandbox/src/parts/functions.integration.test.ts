import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asRoot } from '../aws/accounts.ts'
import { projectFolder } from '../config.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { installPythonTools } from './python-tools.ts'
import { freePort } from './ready.ts'

const state = mkdtempSync(join(tmpdir(), 'slipway-functions-test-'))
let emulator: Emulator
let lambda: LambdaClient
let host = ''

/** Answers how it was asked, and how many requests this very process has had. */
const server = `import { createServer } from 'node:http'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
let count = 0
createServer(async (request, response) => {
  count++
  let body = ''
  for await (const piece of request) body += piece
  const { pathname } = new URL(request.url, 'http://x')
  if (pathname === '/exit') process.exit(1)
  if (pathname === '/stream') {
    response.write('first')
    return setTimeout(() => response.end(' last'), 400)
  }
  if (pathname === '/slow') await new Promise((done) => setTimeout(done, 300))
  let isReadOnly = false
  try { writeFileSync('/var/task/x', '') } catch { isReadOnly = true }
  const before = existsSync('/tmp/kept') ? readFileSync('/tmp/kept', 'utf8') : ''
  appendFileSync('/tmp/kept', '.')
  response.setHeader('set-cookie', ['a=1', 'b=2'])
  response.end(JSON.stringify({
    count, before, isReadOnly, method: request.method, url: request.url, host: request.headers.host,
    forwarded: request.headers['x-forwarded-host'], body, word: process.env.WORD, linked: readFileSync('linked', 'utf8'),
  }))
}).listen(process.env.AWS_LWA_PORT)
console.log('it listens')
`

beforeAll(async () => {
  const tools = await installPythonTools(join(projectFolder, '.local'))
  emulator = await startEmulator({ state, port: await freePort(), tools })
  emulator.events?.resume()
  lambda = new LambdaClient(asRoot(emulator.url, '222222222222'))
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const { Role } = await new IAMClient(asRoot(emulator.url, '222222222222')).send(
    new CreateRoleCommand({
      RoleName: 'web',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  )
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'web',
      Runtime: 'nodejs24.x',
      Handler: 'start.sh',
      Role: Role?.Arn,
      Code: { ZipFile: zipped(tools.python) },
      Layers: ['arn:aws:lambda:us-east-1:753240598075:layer:LambdaAdapterLayerArm64:26'],
      Environment: { Variables: { WORD: 'one' } },
      Timeout: 20,
    }),
  )
  await publish('1')
  await lambda.send(new CreateAliasCommand({ FunctionName: 'web', Name: 'live', FunctionVersion: '1' }))
  host = await openUrl('live')
}, 120_000)

afterAll(async () => {
  await emulator.stop()
  rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

function zipped(python: string): Uint8Array {
  const folder = join(state, 'code')
  mkdirSync(folder)
  writeFileSync(join(folder, 'start.sh'), '#!/bin/sh\nexec node server.mjs\n', { mode: 0o755 })
  writeFileSync(join(folder, 'server.mjs'), server)
  writeFileSync(join(folder, 'real'), 'through a link')
  symlinkSync('real', join(folder, 'linked'))
  const script = `import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as out:
    for name in os.listdir("."):
        entry = zipfile.ZipInfo(name)
        entry.external_attr = os.lstat(name).st_mode << 16
        out.writestr(entry, os.readlink(name) if os.path.islink(name) else open(name).read())`
  execFileSync(python, ['-c', script, '../code.zip'], { cwd: folder })
  return readFileSync(join(state, 'code.zip'))
}

/** A function URL that everybody may ask; its host name. */
async function openUrl(Qualifier: string): Promise<string> {
  const of = { FunctionName: 'web', Qualifier }
  for (const Action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])
    await lambda.send(
      new AddPermissionCommand({
        ...of,
        StatementId: `${Qualifier}-${Action.slice(7)}`,
        Action,
        Principal: '*',
      }),
    )
  const { FunctionUrl = '' } = await lambda.send(
    new CreateFunctionUrlConfigCommand({ ...of, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }),
  )
  return new URL(FunctionUrl).hostname
}

async function publish(version: string): Promise<void> {
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: 'web' }))
  expect(Version).toBe(version)
}

type Answer = { status: number | undefined; body: string; cookies: string[]; pieces: number }

function visit(path: string, { method = 'GET', body = '' } = {}): Promise<Answer> {
  const { hostname, port } = new URL(emulator.url)
  return new Promise((resolve, reject) => {
    const headers = { host, 'x-forwarded-host': 'shop.example' }
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      const pieces: string[] = []
      response.on('data', (piece) => pieces.push(String(piece)))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          body: pieces.join(''),
          cookies: response.headers['set-cookie'] ?? [],
          pieces: pieces.length,
        }),
      )
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

test('an ordinary server answers as behind the adapter: alone with one request, its code read only, its /tmp its own', async () => {
  const { status, body, cookies } = await visit('/a%20b?c=d', { method: 'POST', body: 'hello' })
  expect(status).toBe(200)
  expect(cookies).toEqual(['a=1', 'b=2'])
  expect(JSON.parse(body)).toEqual({
    count: 1,
    before: '',
    isReadOnly: true,
    method: 'POST',
    url: '/a%20b?c=d',
    host,
    forwarded: 'shop.example',
    body: 'hello',
    word: 'one',
    linked: 'through a link',
  })
  expect(JSON.parse((await visit('/')).body)).toMatchObject({ count: 2, before: '.' })
})

test('requests side by side have a process each', async () => {
  const answers = await Promise.all([visit('/slow'), visit('/slow')])
  expect(answers.map(({ body }) => JSON.parse(body).count).sort()).toEqual([1, 3])
})

test('an answer comes in pieces, as it is written', async () => {
  expect(await visit('/stream')).toMatchObject({ body: 'first last', pieces: 2 })
})

test('a process that ends is an error of one request, and the next has another', async () => {
  expect((await visit('/exit')).status).toBe(502)
  expect((await visit('/')).status).toBe(200)
})

test('an alias divides its requests by weight', async () => {
  await lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'web',
      Environment: { Variables: { WORD: 'two' } },
    }),
  )
  await publish('2')
  await lambda.send(
    new CreateAliasCommand({
      FunctionName: 'web',
      Name: 'divided',
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } },
    }),
  )
  const live = host
  host = await openUrl('divided')
  const words = new Set<string>()
  for (let i = 0; i < 200 && words.size < 2; i++) words.add(JSON.parse((await visit('/')).body).word)
  host = live
  expect([...words].sort()).toEqual(['one', 'two'])
})

/** Processes of functions that this emulator has started, frozen ones too, by what their environment says. */
function processes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      return words.includes(`AWS_ENDPOINT_URL=${emulator.url}`) && words.includes('_HANDLER=start.sh')
    } catch {
      return false
    }
  })
}

test('what was frozen ends with the emulator', async () => {
  expect(processes()).not.toEqual([])
  await emulator.stop()
  await expect.poll(processes).toEqual([])
})
