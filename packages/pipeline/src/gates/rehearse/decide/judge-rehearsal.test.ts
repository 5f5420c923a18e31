import { expect, test } from 'vitest'
import { judgeRehearsal, type Rehearsed, type WayIs } from './judge-rehearsal.ts'

const running: WayIs = { is: 'running' }
const healthy: WayIs = { is: 'healthy' }
const cancelled: WayIs = { is: 'cancelled' }
const failed: WayIs = { is: 'failed', error: { code: 'app-exited', what: 'web ended.' } }
const at = (back: WayIs | null, forward: WayIs | null, to: number | null = 1): Rehearsed => ({
  environment: 'production',
  to,
  back,
  forward,
})

test.each<[string, Rehearsed[], object]>([
  ['nothing to go back to', [at(null, null, null)], { is: 'well' }],
  ['both ways well', [at(healthy, healthy)], { is: 'well' }],
  ['one of two not begun', [at(healthy, healthy), at(null, null)], { is: 'not-yet', done: 1 }],
  ['on the way back', [at(running, null)], { is: 'not-yet', on: 'production to go back to release 1' }],
  ['between the ways', [at(healthy, null)], { is: 'not-yet', on: 'production to go forward again' }],
  ['on the way forward', [at(healthy, running)], { is: 'not-yet', on: 'production to go forward again' }],
  ['not well back', [at(failed, null)], { error: { code: 'rehearsal-not-back', why: 'web ended.' } }],
  ['not known back, well forward', [at(failed, healthy)], { error: { code: 'rehearsal-not-back' } }],
  ['taken over', [at(cancelled, null)], { error: { code: 'rehearsal-not-back' } }],
  ['not well forward', [at(healthy, failed)], { error: { code: 'rehearsal-not-forward' } }],
  ['one of each', [at(failed, null), at(healthy, failed)], { error: { code: 'rehearsal-not-forward' } }],
  ['one failed while another is on its way', [at(failed, null), at(running, null)], { is: 'not-yet' }],
])('%s', (_, all, judged) => {
  expect(judgeRehearsal(all)).toMatchObject(judged)
})
