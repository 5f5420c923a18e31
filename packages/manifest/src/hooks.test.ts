import { expect, test } from 'vitest'
import { plan } from './plan.ts'
import { treeOf } from './tree.ts'

const planned = (hooks: string, more = '') =>
  plan(treeOf({ 'slipway.yaml': `services:\n  web:\n    root: .\n    run: x\n    hooks: ${hooks}\n${more}` }))
const problemsOf = async (hooks: string) => {
  const result = await planned(hooks)
  return result.ok ? [] : result.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)
}

test('a service names what is run at which point, and for how long at most', async () => {
  const result = await planned('{ boot: ops/boot.sh, after-switch: { run: ops/notify.sh, timeout: 10s } }')
  expect(result.ok && result.plan.services[0]?.hooks).toEqual({
    boot: { run: 'ops/boot.sh', root: '', timeoutSeconds: 300 },
    beforeSwitch: null,
    afterSwitch: { run: 'ops/notify.sh', root: '', timeoutSeconds: 10 },
  })
})

test.each([
  ['{}', 'manifest-wrong-value 5:12'],
  ['{ before-swich: x }', 'manifest-unknown-field 5:14'],
  ['{ boot: { run: x, timout: 3s } }', 'manifest-unknown-field 5:30'],
  ['{ boot: { run: x, timeout: 2h } }', 'manifest-wrong-value 5:39'],
])('%s is refused at its place', async (hooks, problem) => {
  expect(await problemsOf(hooks)).toEqual([problem])
})
