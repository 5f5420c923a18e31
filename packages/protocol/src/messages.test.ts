import { newId } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import {
  agentMessage,
  apiMessage,
  checkStream,
  deploymentSpec,
  deploymentStream,
  frameBytesMax,
  hostCommand,
  knowsCommand,
  protocolOldest,
  protocolVersion,
  readFrame,
  speaks,
} from './index.ts'

const alive = {
  type: 'alive',
  boot: crypto.randomUUID(),
  sequence: 3,
  services: [{ serviceId: newId('service'), seconds: 300 }],
}

describe('a frame', () => {
  it('becomes a message', () => {
    expect(readFrame(agentMessage, JSON.stringify(alive))).toEqual({ ok: true, message: alive })
  })
  it.each([
    ['is not JSON', '{'],
    ['is not in the list', JSON.stringify({ type: 'shell', run: 'rm -rf /' })],
    [
      'claims more than fifteen minutes',
      JSON.stringify({ ...alive, services: [{ serviceId: newId('service'), seconds: 901 }] }),
    ],
    ['names a thing that is no id', JSON.stringify({ type: 'accepted', id: "cmd_1' or 1=1" })],
    ['is larger than the limit', JSON.stringify({ ...alive, more: 'x'.repeat(frameBytesMax) })],
  ])('that %s is refused with a reason', (_, text) => {
    const read = readFrame(agentMessage, text)
    expect(read.ok).toBe(false)
  })
  it('with a field of a newer version is read without it', () => {
    expect(readFrame(agentMessage, JSON.stringify({ ...alive, newer: 1 }))).toEqual({
      ok: true,
      message: alive,
    })
  })
  it('with a command outside the closed list is refused', () => {
    const text = JSON.stringify({
      type: 'command',
      id: newId('hostCommand'),
      fence: 1,
      deadlineSeconds: 5,
      command: { kind: 'run', run: 'id' },
    })
    expect(readFrame(apiMessage, text).ok).toBe(false)
  })
})

describe('a deployment spec', () => {
  const spec = {
    environmentId: newId('environment'),
    deploymentId: newId('deployment'),
    fence: 1,
    release: {
      id: newId('release'),
      number: 1,
      key: 'k',
      digest: 'a'.repeat(64),
      sizeBytes: 1,
      architecture: 'x64',
    },
    services: [{ id: newId('service'), name: 'web', run: 'node server.js' }],
    variables: {},
    secrets: [],
  }
  it('has defaults for what is left out', () => {
    expect(deploymentSpec.parse(spec).services[0]).toMatchObject({
      kind: 'web',
      health: { path: '/', timeoutSeconds: 60 },
      singleton: false,
      stopSeconds: 10,
    })
  })
  it.each(['/etc', '../other', 'a/../../b'])('never leaves the release: root %s is refused', (root) => {
    expect(deploymentSpec.safeParse({ ...spec, services: [{ ...spec.services[0], root }] }).success).toBe(
      false,
    )
  })
})

describe('a step', () => {
  const executionId = newId('execution')
  const step = {
    executionId,
    stepId: `${executionId}/staging/0/after/1/2`,
    stream: checkStream(executionId, 'staging/0/after/1'),
    repository: { url: 'https://slipway.test/git/acme/shop.git', sha: 'a'.repeat(40) },
    command: 'npm run e2e',
    runtimes: [],
    timeoutSeconds: 60,
  }
  const kept = { key: `artifacts/${executionId}/staging/0/after/1/2/1.tar.gz`, names: ['reports/*.xml'] }
  const artifacts = { bucket: 'bucket', found: [], kept }
  it('is a command to a host, with nothing that it does not need', () => {
    expect(hostCommand.parse({ kind: 'step', spec: step })).toEqual({
      kind: 'step',
      spec: { ...step, variables: {}, endings: [0], outputs: [], generates: false },
    })
  })
  it.each([
    ['writes into a log that is none of a step', { stream: `build:${executionId}` }],
    ['names no place of an execution', { stepId: `${executionId}/../../1` }],
    ['names an output that is no variable', { outputs: ['A-B'] }],
    ['keeps a folder outside of the checkout', { cache: { key: 'app_1', folders: ['../x'] } }],
    ['keeps files from outside', { artifacts: { ...artifacts, kept: { ...kept, names: ['a/../../b'] } } }],
    [
      'keeps them where releases lie',
      { artifacts: { ...artifacts, kept: { ...kept, key: 'environments/x.tar.gz' } } },
    ],
    ['has more than a day', { timeoutSeconds: 86_401 }],
    ['is at no commit', { repository: { ...step.repository, sha: 'main' } }],
  ])('that %s is refused', (_, more) => {
    expect(hostCommand.safeParse({ kind: 'step', spec: { ...step, ...more } }).success).toBe(false)
  })
})

describe('a question to Datadog', () => {
  const secret = (name: string) => ({ name, parameter: `/slipway/env_1/${name}`, version: 1 })
  const spec = {
    site: 'datadoghq.eu',
    monitor: '12345',
    apiKey: secret('DD_API_KEY'),
    appKey: secret('DD_APP_KEY'),
  }
  it.each(['datadoghq.com', 'us5.datadoghq.com', 'datadoghq.eu', 'ddog-gov.com'])('may go to %s', (site) => {
    expect(hostCommand.safeParse({ kind: 'datadog', spec: { ...spec, site } }).success).toBe(true)
  })
  it.each([
    'example.com',
    'datadoghq.com.example.com',
    'x@datadoghq.com',
    'a.b.datadoghq.com',
    'xdatadoghq.eu',
  ])('never takes the keys to %s', (site) => {
    expect(hostCommand.safeParse({ kind: 'datadog', spec: { ...spec, site } }).success).toBe(false)
  })
})

it('a build of a function is known to the present agent, and not to the one before, which packs for hosts', () => {
  const build = {
    executionId: newId('execution'),
    releaseId: newId('release'),
    repository: { url: 'http://127.0.0.1/git/x.git', sha: 'a'.repeat(40) },
    commands: [],
    runtimes: [],
    output: { bucket: 'bucket', key: 'a.zip' },
  }
  const known = (archive: string) =>
    [protocolOldest, protocolVersion].map((protocol) =>
      knowsCommand(protocol, hostCommand.parse({ kind: 'build', spec: { ...build, archive } })),
    )
  expect(known('tar.gz')).toEqual([true, true])
  expect(known('zip')).toEqual([false, true])
})

describe('a site to lay out', () => {
  const spec = {
    deploymentId: newId('deployment'),
    stream: deploymentStream(newId('deployment')),
    bucket: 'bucket',
    prefix: `sites/env_1/${'a'.repeat(16)}/`,
    listKey: 'environments/env_1/releases/a.site.json',
    release: { key: 'a.tar.gz', digest: 'a'.repeat(64), sizeBytes: 1 },
    services: [{ name: 'web', folder: 'dist' }],
  }
  const read = (change: object) => hostCommand.safeParse({ kind: 'site', spec: { ...spec, ...change } })
  it.each([
    ['beside the sites', { prefix: 'slipway/' }],
    ['up and out', { prefix: `sites/../${'a'.repeat(16)}/` }],
    ['with its list where the agent lies', { listKey: 'slipway/agent.json' }],
    ['from above its folder', { services: [{ name: 'web', folder: '../other' }] }],
  ])('never goes %s', (_, change) => {
    expect(read({}).success).toBe(true)
    expect(read(change).success).toBe(false)
  })
})

it.each([
  [6, 'current'],
  [5, 'previous'],
  [7, 'too-new'],
  [4, 'too-old'],
])('protocol %i is %s', (protocol, answer) => {
  expect(speaks(protocol)).toBe(answer)
})
