/**
 * The double as a process of its own: `node serve.ts FOLDER`, with WEBHOOK given as two further arguments
 * (url, secret). Prints its address and runs until it is ended. A parent that forked it may move its clock and
 * ask for faults by message; this is how the tests of packages, which import no app, use it.
 */
import { stoppedClock } from '@slipway/core'
import { z } from 'zod'
import { start } from './start.ts'

const messageSchema = z.union([
  z.strictObject({ now: z.string() }),
  z.strictObject({ calm: z.literal(true) }),
  z.strictObject({
    method: z.string(),
    path: z.string(),
    kind: z.enum(['error', 'unreachable', 'lost-answer']),
    count: z.number(),
  }),
])

const [folder, webhookUrl, webhookSecret = 'whsec_none'] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node serve.ts FOLDER [WEBHOOK_URL WEBHOOK_SECRET]')

const clock = stoppedClock(new Date())
let moves = true
const double = await start({
  port: 0,
  folder,
  webhookSecret,
  ...(webhookUrl === undefined ? {} : { webhookUrl }),
  clock: { now: () => (moves ? new Date() : clock.now()) },
})
process.on('message', (message) => {
  const asked = messageSchema.parse(message)
  if ('now' in asked) {
    moves = false
    clock.set(new Date(asked.now))
  } else if ('calm' in asked) double.calm()
  else double.ask({ ...asked, path: new RegExp(asked.path) })
  process.send?.({ done: true })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url: double.url })
console.log(double.url)
