import { targets } from '@slipway/cloud'
import { expect, test } from 'vitest'
import { stepTitle } from './step-titles.ts'

test('a step is called the same whatever it is a step of', () => {
  const steps = Object.values(targets).flatMap(({ steps }) =>
    steps.map(({ name, title }) => [name, title] as const),
  )
  expect(steps.map(([name]) => [name, stepTitle(name)])).toEqual(steps)
})
