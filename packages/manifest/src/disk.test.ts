import { expect, test } from 'vitest'
import { plan } from './plan.ts'
import { treeOf } from './tree.ts'

const planned = (disks: string, other = '') =>
  plan(
    treeOf({
      'slipway.yaml': `services:\n  web:\n    run: x\n    disks: ${disks}\n  files:\n    run: y\n    ${other}`,
    }),
  )
const problemsOf = async (disks: string, other?: string) => {
  const result = await planned(disks, other)
  return result.ok ? [] : result.problems.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`)
}

test('an app has several disks, each at its place, with the size, type and operations that it names', async () => {
  const result = await planned(
    '{ data: { path: /data }, fast: { path: /fast, size: 20GB, iops: 6000 } }',
    'disks: { old: { path: /srv/old, size: 1TB, type: gp2 } }',
  )
  expect(result.ok && result.plan.services.flatMap((service) => service.disks)).toEqual([
    { name: 'data', path: '/data', sizeGigabytes: 8, type: 'gp3', iops: null, snapshots: null },
    { name: 'fast', path: '/fast', sizeGigabytes: 20, type: 'gp3', iops: 6000, snapshots: null },
    { name: 'old', path: '/srv/old', sizeGigabytes: 1024, type: 'gp2', iops: null, snapshots: null },
  ])
})

test('a disk says how many snapshots of each age are kept', async () => {
  const result = await planned('{ data: { path: /data, snapshots: { daily: 7, weekly: 4 } } }')
  expect(result.ok && result.plan.services[0]?.disks[0]?.snapshots).toEqual({
    hourly: 0,
    daily: 7,
    weekly: 4,
  })
})

test.each([
  ['{ data: { path: /data, snapshots: { daily: 0 } } }', 'manifest-wrong-value 4:55'],
  ['{ data: { path: /data, snapshots: { daily: 91 } } }', 'manifest-wrong-value 4:55'],
  ['{ data: { path: /data, snapshots: {} } }', 'manifest-wrong-value 4:46'],
  ['{ data: { path: /data, snapshots: { dayly: 7 } } }', 'manifest-unknown-field 4:48'],
  ['{ data: { path: /etc/data } }', 'manifest-wrong-value 4:28'],
  ['{ data: { path: /data, size: 20 } }', 'manifest-wrong-value 4:41'],
  ['{ data: { path: /data, size: 17TB } }', 'manifest-wrong-value 4:41'],
  ['{ data: { path: /data, iops: 100 } }', 'manifest-wrong-value 4:41'],
  ['{ data: { path: /data, size: 1TB, iops: 20000 } }', 'manifest-wrong-value 4:52'],
  ['{ data: { path: /data, size: 10GB, iops: 6000 } }', 'manifest-wrong-value 4:53'],
  ['{ data: { path: /data, type: gp2, iops: 3000 } }', 'manifest-wrong-value 4:52'],
  ['{ data: { path: /data, type: io9 } }', 'manifest-wrong-value 4:41'],
])('%s is refused at its place', async (disks, problem) => {
  expect(await problemsOf(disks)).toEqual([problem])
})

test.each([
  ['two of one name', 'disks: { data: { path: /other } }'],
  ['two at one path', 'disks: { other: { path: /data } }'],
  ['one in the other', 'disks: { other: { path: /data/inner } }'],
])('%s: refused where the second stands', async (_, other) => {
  expect(await problemsOf('{ data: { path: /data } }', other)).toEqual([
    `manifest-disks 7:${other.includes('other:') ? 21 : 20}`,
  ])
})

test('an instance has names for eleven disks, and the twelfth is refused', async () => {
  const disks = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `d${index}: { path: /d${index} }`).join(', ')} }`
  expect(await problemsOf(disks(11))).toEqual([])
  expect((await problemsOf(disks(12))).map((problem) => problem.split(' ')[0])).toEqual(['manifest-disks'])
})
