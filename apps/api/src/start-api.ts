import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Log, offsetClock, realClock } from '@slipway/core'
import { liveChannel, openDatabase, parseAnnouncement, readClockOffset } from '@slipway/db'
import { makeAuth } from '@slipway/organisations'
import { followExecution, receivePush } from '@slipway/pipeline'
import { agentPath, attachAgentChannel } from './agent-channel.ts'
import { addressHeader } from './auth-route.ts'
import type { Config } from './config.ts'
import type { Settings } from './context.ts'
import { type GitRemote, gitRemote } from './git-remote.ts'
import { startRefSweep } from './git-remote-sweep.ts'
import { httpApp } from './http.ts'
import { everything, makeLive } from './live.ts'
import { startRateLimit } from './rate-limit.ts'

/** How long open answers may go on once the process was asked to end. */
const graceMilliseconds = 3000
const pushMilliseconds = 35 * 60_000

/** Starts the whole api as configured and resolves once it listens. `close` lets open answers finish, then ends all. */
export async function startApi(config: Config, log: Log): Promise<{ port: number; close(): Promise<void> }> {
  const db = openDatabase({ url: config.DATABASE_URL, systemUrl: config.SYSTEM_DATABASE_URL })
  const clock = offsetClock(() => readClockOffset(db))
  await clock.refresh()
  const live = makeLive()
  await db.listen(
    liveChannel,
    (payload) => {
      const { organisationId, topic } = parseAnnouncement(payload)
      live.tell(organisationId, topic)
    },
    () => live.tellAll(everything),
  )
  const rateLimit = startRateLimit({ redisUrl: config.REDIS_URL, clock: realClock, log })
  const auth = makeAuth({
    db,
    clock,
    log,
    secret: config.AUTH_SECRET,
    publicUrl: config.PUBLIC_URL,
    addressHeader,
  })
  const settings = settingsOf(config)
  const stripeWebhookSecret = config.STRIPE_WEBHOOK_SECRET
  const stopping = new AbortController()
  const remote: GitRemote = {
    db,
    clock,
    log,
    gitRoot: config.GIT_ROOT,
    publicUrl: config.PUBLIC_URL,
    receivePush: (tx, push) => receivePush(tx, push, { clock, db, gatePorts: config.HOST_GATE_PORTS }),
    followExecution: ({ id: executionId, repository: { organisationId } }, signal) =>
      followExecution(db, { organisationId, executionId, appsUrl: config.APPS_URL }, clock, signal),
    stopping: stopping.signal,
  }
  const git = gitRemote(remote)
  const sweep = startRefSweep(remote)
  const app = httpApp({ db, clock, log, auth, live, rateLimit, settings, stripeWebhookSecret, git })
  const server = createServer(
    // A push of a long history may take long; whoever sends no headers is cut off much earlier.
    { requestTimeout: pushMilliseconds },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  )
  const agents = await attachAgentChannel(server, { db, clock, log })
  server.on('upgrade', ({ url }, socket) => {
    if (!url?.startsWith(agentPath)) socket.destroy()
  })
  const port = await listen(server, config)

  return {
    port,
    async close() {
      stopping.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      const late = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
      await agents.close()
      await Promise.all([closed, sweep.stop()])
      clearTimeout(late)
      clock.stop()
      rateLimit.close()
      await db.close()
    },
  }
}

function settingsOf(config: Config): Settings {
  return {
    publicUrl: config.PUBLIC_URL,
    appsUrl: config.APPS_URL,
    gatePorts: config.HOST_GATE_PORTS,
    sealing: { key: config.SEAL_KEY },
    connect: {
      awsRegion: config.AWS_REGION,
      templateUrl: config.TEMPLATE_URL,
      consoleUrl: config.CONSOLE_URL,
      announceTopicArn: config.ANNOUNCE_TOPIC_ARN,
      platformAccount: config.PLATFORM_ACCOUNT,
      platformPrincipal: config.PLATFORM_PRINCIPAL,
    },
  }
}

function listen(server: Server, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.PORT, config.HOST, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the api has no port'))
      else resolve(address.port)
    })
  })
}
