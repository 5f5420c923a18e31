import { stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBase } from '../base/ensure-base.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../testing/connected-account.ts'
import { runnerSteps } from './runner-steps.ts'

let on: ConnectedAccount
beforeAll(async () => {
  on = await connectAccount(stoppedClock(new Date()))
})
afterAll(() => on?.close())

test('builds that come together share one network, one stack and one runner', async () => {
  await Promise.all([1, 2, 3].map(() => untilEnded(() => ensureBase(on.context()))))
  const bringUp = runnerSteps.find(({ name }) => name === 'runner')
  const connecting = async () => {
    const result = await bringUp?.run(on.context())
    return {
      state:
        result?.state === 'wait' && result.on === 'the runner to connect' ? 'made' : (result?.state ?? ''),
    }
  }
  const results = await Promise.all([1, 2, 3].map(() => untilEnded(connecting)))
  expect(results).toEqual([{ state: 'made' }, { state: 'made' }, { state: 'made' }])
  const { hosts, stacks } = await on.db.inOrganisation(on.organisationId, async (tx) => ({
    hosts: await tx.host.count(),
    stacks: await tx.stack.findMany({ select: { kind: true, state: true }, orderBy: { kind: 'asc' } }),
  }))
  expect(hosts).toBe(1)
  expect(stacks).toEqual([
    { kind: 'base', state: 'ready' },
    { kind: 'runner', state: 'ready' },
  ])
})
