import { billingJobs, makeStripe } from '@slipway/billing'
import { type Cloud, cloudJobs, consumeAnnouncements, openCloud } from '@slipway/cloud'
import { type Log, offsetClock } from '@slipway/core'
import { openDatabase, readClockOffset } from '@slipway/db'
import { environmentsJobs } from '@slipway/environments'
import { hostsJobs } from '@slipway/hosts'
import { type Handler, startWorker } from '@slipway/jobs'
import { organisationsJobs } from '@slipway/organisations'
import { beginPipelineSweep, pipelineJobs } from '@slipway/pipeline'
import { cloudConfig } from './cloud-config.ts'
import type { Config } from './config.ts'

/** Long enough for an ordinary job to end by itself; what has not is given back to another worker. */
const graceSeconds = 8

/**
 * Starts relay, consumer, timers and the reader of announcements. `stop` takes nothing new, lets what runs end or
 * gives it back, and closes everything. A process that is killed instead loses nothing: its jobs are claimed by
 * another as soon as their claims run out.
 */
export async function startSlipwayWorker(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  const db = openDatabase({
    url: config.DATABASE_URL,
    systemUrl: config.SYSTEM_DATABASE_URL,
    connectionsMax: 20,
  })
  const clock = offsetClock(() => readClockOffset(db))
  await clock.refresh()
  const cloud = openCloud(cloudConfig(config), db)
  const handlers = allHandlers(config, cloud)
  const worker = await startWorker({ db, redisUrl: config.REDIS_URL, handlers, clock, log })
  await beginPipelineSweep(db, clock)
  const announcements = consumeAnnouncements(cloud, { db, clock, log })
  return {
    async stop() {
      await announcements.stop()
      await worker.stop(graceSeconds)
      await cloud.close()
      clock.stop()
      await db.close()
    },
  }
}

/** Every package's jobs. A job without a handler here would be set aside. */
function allHandlers(config: Config, cloud: Cloud): Handler[] {
  const stripe = makeStripe({
    secretKey: config.STRIPE_SECRET_KEY,
    host: config.STRIPE_HOST,
    port: config.STRIPE_PORT,
    protocol: config.STRIPE_PROTOCOL,
  })
  const sealing = { key: config.SEAL_KEY }
  return [
    ...organisationsJobs({ mail: { smtpUrl: config.SMTP_URL, from: config.MAIL_FROM } }),
    ...billingJobs({ stripe }),
    ...hostsJobs(),
    ...cloudJobs(cloud),
    ...environmentsJobs({
      cloud,
      sealing,
      environmentUrl: (organisation, app, environment) =>
        `${config.PUBLIC_URL}/o/${organisation}/apps/${app}/environments/${environment}`,
    }),
    ...pipelineJobs({
      cloud,
      sealing,
      gatePorts: config.HOST_GATE_PORTS,
      appsUrl: config.APPS_URL,
      innerOrigins: config.EGRESS_INNER_ORIGINS,
      gitUrl: (organisation, app) => `${gitOrigin(config.HOST_ENDPOINT)}/git/${organisation}/${app}.git`,
      executionUrl: (organisation, app, number) =>
        `${config.PUBLIC_URL}/o/${organisation}/apps/${app}/executions/${number}`,
      hookAnswerUrl: (token) => `${config.PUBLIC_URL}/webhooks/hook-answers/${token}`,
    }),
  ]
}

/** Runners reach the git remote where they reach the agents' channel. */
function gitOrigin(hostEndpoint: string): string {
  const { protocol, host } = new URL(hostEndpoint)
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}`
}
