import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Handler } from './handler.ts'
import { startRelay } from './relay.ts'
import { runJob } from './run-job.ts'

const queueName = 'slipway'

export type WorkerOptions = {
  db: Database
  redisUrl: string
  handlers: readonly Handler[]
  clock: Clock
  log: Log
  /** Jobs that run at a time in this process. */
  concurrency?: number
}

/**
 * Starts relay and consumer. `stop` takes no new jobs, gives running ones `graceSeconds`, and leaves the rest to
 * be claimed by another worker. Redis may be lost, flushed or full meanwhile: the rows stay, and are handed over
 * again. Throws when two handlers share a name.
 */
export async function startWorker(
  options: WorkerOptions,
): Promise<{ stop(graceSeconds?: number): Promise<void> }> {
  const { db, clock, log } = options
  const handlers = new Map(options.handlers.map((handler) => [handler.job.name, handler]))
  if (handlers.size !== options.handlers.length) throw new Error('two handlers share the name of a job')

  const connect = () => {
    const redis = new Redis(options.redisUrl, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 100, 2000),
    })
    redis.on('error', (error) => log.warn({ err: error }, 'Redis is away; jobs wait in Postgres'))
    return redis
  }
  // The relay must not hang while Redis is away: its commands fail at once, and the next pass tries again.
  const producer = new Redis(options.redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: false,
  })
  producer.on('error', () => {})
  const queue = new Queue(queueName, { connection: producer })
  queue.on('error', () => {})

  const stopping = new AbortController()
  const consumerConnection = connect()
  const consumer = new Worker(
    queueName,
    (job) => runJob({ db, clock, log, handlers, stopping: stopping.signal }, BigInt(job.data.id)),
    {
      connection: consumerConnection,
      concurrency: options.concurrency ?? 20,
      // The claim in Postgres decides who works on a row; a stalled job of the queue is simply dropped.
      maxStalledCount: 0,
    },
  )
  consumer.on('error', (error) => log.warn({ err: error }, 'the queue reported an error'))
  const relay = await startRelay(db, queue, clock, log)
  consumer.on('completed', relay.poke)

  return {
    async stop(graceSeconds = 10) {
      await relay.stop()
      const ended = consumer.close()
      const timer = setTimeout(() => stopping.abort(), graceSeconds * 1000)
      await ended.catch(() => {})
      clearTimeout(timer)
      await queue.close().catch(() => {})
      producer.disconnect()
      consumerConnection.disconnect()
    },
  }
}
