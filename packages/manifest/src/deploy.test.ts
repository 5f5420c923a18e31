import { expect, test } from 'vitest'
import { appPlanSchema } from './app-plan.ts'
import { plan } from './plan.ts'
import { treeOf } from './tree.ts'

const planned = (manifest: string) => plan(treeOf({ 'slipway.yaml': manifest }))
async function problemsOf(manifest: string) {
  const result = await planned(manifest)
  return result.ok ? [] : result.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)
}
const web = (deploy: string) => `services:\n  web:\n    run: x\n    deploy: ${deploy}`

async function canaryOf(deploy: string) {
  const result = await planned(web(deploy))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.plan.services[0]?.canary
}

test('a canary has the steps that it names, or ours; in place has none', async () => {
  expect(await canaryOf('{ strategy: canary, steps: [5% for 90s, 12.5 % for 20m] }')).toEqual({
    steps: [
      { percent: 5, seconds: 90 },
      { percent: 12.5, seconds: 1200 },
    ],
  })
  expect(await canaryOf('{ strategy: canary }')).toEqual({
    steps: [
      { percent: 10, seconds: 600 },
      { percent: 50, seconds: 600 },
    ],
  })
  expect(await canaryOf('{ strategy: in-place }')).toBeNull()
})

test.each([
  ['{ strategy: rolling }', 'manifest-not-supported-yet 4:25'],
  ['{ strategy: blue-green }', 'manifest-not-supported-yet 4:25'],
  ['{ strategy: canray }', 'manifest-wrong-value 4:25'],
  ['{ steps: [10% for 10m] }', 'manifest-missing-field 4:5'],
  ['{ strategy: in-place, steps: [10% for 10m] }', 'manifest-wrong-value 4:42'],
  ['{ strategy: canary, steps: [] }', 'manifest-wrong-value 4:40'],
  ['{ strategy: canary, steps: [0% for 10m] }', 'manifest-wrong-value 4:41'],
  ['{ strategy: canary, steps: [100% for 10m] }', 'manifest-wrong-value 4:41'],
  ['{ strategy: canary, steps: [10% for 30s] }', 'manifest-wrong-value 4:41'],
  ['{ strategy: canary, steps: [10 for 10m] }', 'manifest-wrong-value 4:41'],
  ['{ strategy: canary, steps: [50% for 5m, 10% for 5m] }', 'manifest-wrong-value 4:53'],
  ['{ strategy: canary, steps: [10% for 20m, 50% for 20m] }', 'manifest-wrong-value 4:40'],
  ['{ strategy: canary, step: [10% for 10m] }', 'manifest-unknown-field 4:33'],
])('%s is refused at its place', async (deploy, problem) => {
  expect(await problemsOf(web(deploy))).toEqual([problem])
})

test('a canary is refused with a disk anywhere in the app, of a worker, and with two sets of steps', async () => {
  const canary = 'deploy: { strategy: canary }'
  const disk = 'disks: { data: { path: /data } }'
  expect(
    await problemsOf(`services:\n  web: { run: x, ${canary} }\n  files: { run: y, health: /, ${disk} }`),
  ).toEqual(['manifest-canary-disk 2:26'])
  expect(await problemsOf(`services:\n  web: { run: x }\n  emails: { run: y, ${canary} }`)).toEqual([
    'manifest-canary-worker 3:29',
  ])
  const other = 'deploy: { strategy: canary, steps: [1% for 5m] }'
  expect(
    await problemsOf(`services:\n  web: { run: x, ${canary} }\n  api: { run: y, health: /, ${other} }`),
  ).toEqual(['manifest-two-canaries 3:37'])
})

test('a plan that was kept before there were canaries has none', async () => {
  const result = await planned('services: { web: { run: x } }')
  if (!result.ok) throw new Error('it was refused')
  const services = result.plan.services.map(({ canary: _, ...service }) => service)
  expect(appPlanSchema.parse({ ...result.plan, services }).services[0]?.canary).toBeNull()
})
