import { newId } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { agentMessage, apiMessage, deploymentSpec, frameBytesMax, readFrame, speaks } from './index.ts'

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

it.each([
  [2, 'current'],
  [1, 'previous'],
  [3, 'too-new'],
  [0, 'too-old'],
])('protocol %i is %s', (protocol, answer) => {
  expect(speaks(protocol)).toBe(answer)
})
