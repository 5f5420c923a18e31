import { newId } from '@slipway/core'
import type { AgentMessage, MinuteOfCanary } from '@slipway/protocol'
import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { beforeEach, expect, test } from 'vitest'
import { CanaryOutbox } from './canary-outbox.ts'

const deploymentId = newId('deployment')
const serviceId = newId('service')
const latency = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)

function minute(of: number, requests: number): MinuteOfCanary {
  const answered = { requests, errors: 0, latency }
  const certainty = { evidence: 1, min: 200 }
  const unknown = { old: null, new: null }
  return {
    deploymentId,
    serviceId,
    minute: new Date(of * 60_000).toISOString(),
    percent: 10,
    old: answered,
    new: answered,
    judgement: {
      is: 'good',
      worse: [],
      lacks: [],
      requests: { old: requests, new: requests },
      errors: { ...certainty, old: 0, new: 0 },
      latency: { ...certainty, middle: unknown, slowestTwentieth: unknown },
    },
  }
}

let outbox: CanaryOutbox
let sent: AgentMessage[]
beforeEach(() => {
  outbox = new CanaryOutbox()
  sent = []
})
const connect = () => outbox.connected((message) => sent.push(message) > 0)
const told = () => sent.flatMap((message) => (message.type === 'canary' ? [message.minute.new.requests] : []))

test('what was said without a channel is sent with the next one, of each minute the newest alone', () => {
  outbox.report(minute(1, 10))
  outbox.report(minute(1, 20))
  outbox.report(minute(2, 5))
  connect()
  expect(told()).toEqual([20, 5])
})

test('what is stored is not sent again, and what was said of the minute since then is', () => {
  connect()
  outbox.report(minute(1, 10))
  outbox.report(minute(1, 20))
  outbox.report(minute(2, 5))
  const [first, , third] = sent.map((message) => (message.type === 'canary' ? message.sequence : -1))
  outbox.stored(first ?? -1)
  outbox.stored(third ?? -1)
  outbox.disconnected()
  sent = []
  connect()
  expect(told()).toEqual([20])
})
