import { expect, test } from 'vitest'
import { actionsOf, leastRole, may, roles } from './access.ts'

test('each role may do all that the role below it may, and something more', () => {
  for (const [index, role] of roles.entries()) {
    const below = roles[index - 1]
    if (below === undefined) continue
    expect(actionsOf(role)).toEqual(expect.arrayContaining(actionsOf(below)))
    expect(actionsOf(role).length).toBeGreaterThan(actionsOf(below).length)
  }
})

test('a viewer changes nothing', () => {
  expect(actionsOf('viewer').filter((action) => !action.endsWith('.read'))).toEqual([])
})

test.each([
  ['member', 'executions.deploy', true],
  ['member', 'cloud-accounts.connect', false],
  ['admin', 'cloud-accounts.connect', true],
  ['admin', 'bill.switch-plan', false],
  ['owner', 'bill.switch-plan', true],
  ['viewer', 'git.push', false],
] as const)('whether a %s may %s: %s', (role, action, expected) => {
  expect(may(role, action)).toBe(expected)
  expect(roles.indexOf(role) >= roles.indexOf(leastRole(action))).toBe(expected)
})
