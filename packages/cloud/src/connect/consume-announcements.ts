import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { Cloud } from '../cloud.ts'
import { takeAnnouncement } from './take-announcement.ts'

const longPollSeconds = 20
const pauseMilliseconds = 2000

/**
 * Reads the announcement queue for as long as the worker lives: one long poll after another, no public endpoint.
 * A message is deleted once it was taken, so that what a lost worker held comes again. `stop` ends the poll.
 */
export function consumeAnnouncements(
  cloud: Cloud,
  { db, clock, log }: { db: Database; clock: Clock; log: Log },
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { sqs } = cloud.own
  const QueueUrl = cloud.config.announceQueueUrl

  async function poll(): Promise<void> {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: longPollSeconds, MaxNumberOfMessages: 10 }),
      { abortSignal: stopping.signal, requestTimeout: (longPollSeconds + 10) * 1000 },
    )
    for (const { Body, ReceiptHandle } of Messages ?? []) {
      await takeAnnouncement(Body ?? '', { db, config: cloud.config, clock, log })
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    }
  }

  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await poll()
      } catch (error) {
        if (stopping.signal.aborted) return
        log.warn({ err: error }, 'the announcement queue could not be read')
        await pause(stopping.signal)
      }
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMilliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
