import { StackStatus } from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { succeeded, wayOut } from './stack-way-out.ts'

const all = Object.values(StackStatus)

test.each(all)('%s has one way out', (status) => {
  expect(wayOut(status)).toBeTypeOf('string')
})

test('what is in progress is waited for, but for a stack that was only ever reviewed', () => {
  const acted = all.filter((status) => status.endsWith('IN_PROGRESS') && wayOut(status) !== 'wait')
  expect(acted).toEqual(['REVIEW_IN_PROGRESS'])
})

test('only a stack whose creation was rolled back is cleared away', () => {
  expect(all.filter((status) => wayOut(status) === 'clear').sort()).toEqual([
    'ROLLBACK_COMPLETE',
    'ROLLBACK_FAILED',
  ])
})

test('no rolled back state counts as success', () => {
  expect(all.filter((status) => succeeded(status) && status.includes('ROLLBACK'))).toEqual([])
})
