import { newId } from '@slipway/core'
import { expect, test } from 'vitest'
import { hostCommand, knowsCommand } from './commands.ts'
import { deploymentSpec, pointer } from './deployment-spec.ts'
import { protocolOldest, protocolVersion } from './version.ts'

const serviceId = newId('service')
const spec = {
  environmentId: newId('environment'),
  deploymentId: newId('deployment'),
  fence: 1,
  release: {
    id: newId('release'),
    number: 1,
    key: 'a key',
    digest: '0'.repeat(64),
    sizeBytes: 1,
    architecture: 'arm64' as const,
  },
  services: [{ id: serviceId, name: 'web' }],
  variables: {},
  secrets: [],
}

test('a deployment names the steps of its canary, or has none, as before there were any', () => {
  const canary = { steps: [{ percent: 12.5, seconds: 60 }], serviceIds: [serviceId] }
  expect(deploymentSpec.parse({ ...spec, canary }).canary).toEqual({ ...canary, chanceMax: 0.01 })
  expect(deploymentSpec.parse(spec).canary).toBeUndefined()
  const kept = { spec: deploymentSpec.parse({ ...spec, canary }), healthyAt: '2026-11-26T10:00:00.000Z' }
  expect(pointer.parse(JSON.parse(JSON.stringify(kept)))).toEqual(kept)
})

test('an agent that does not know of canaries reads the same deployment without it', () => {
  const older = deploymentSpec.omit({ canary: true })
  expect(older.parse({ ...spec, canary: { steps: [{ percent: 10, seconds: 60 }] } })).toEqual(
    older.parse(spec),
  )
})

test.each([
  [{ steps: [] }],
  [{ steps: [{ percent: 0, seconds: 60 }] }],
  [{ steps: [{ percent: 100, seconds: 60 }] }],
  [{ steps: [{ percent: 10, seconds: 0 }] }],
  [{ steps: [{ percent: 10, seconds: 60 }], serviceIds: [] }],
])('%j is no canary', (canary) => {
  expect(deploymentSpec.safeParse({ ...spec, canary }).success).toBe(false)
})

test('hooks are known to the present agent, and not to the one before, which would leave them out', () => {
  const hooks = { beforeSwitch: { run: 'ops/warm.sh', timeoutSeconds: 60 } }
  const services = spec.services.map((service) => ({ ...service, hooks }))
  const command = hostCommand.parse({ kind: 'deploy', spec: { ...spec, services } })
  expect([protocolOldest, protocolVersion].map((protocol) => knowsCommand(protocol, command))).toEqual([
    false,
    true,
  ])
})
