import { join } from 'node:path'
import type { RoleUrls } from '@slipway/db'
import { openAccounts } from '../aws/accounts.ts'
import { nameResolver } from '../aws/names.ts'
import { type Platform, seedPlatform } from '../aws/platform.ts'
import { type Bodies, keepBodies } from '../bodies/keep-bodies.ts'
import { type Faults, startFaultDoor } from '../faults/fault-door.ts'
import { openBalancers } from '../front/balance.ts'
import { startFront } from '../front/front.ts'
import { servePages } from '../pages/serve-pages.ts'
import { openClock, type SandboxClock } from '../parts/clock.ts'
import { connectTemplateText } from '../product/connect-template.ts'
import { migrateDatabase } from '../product/migrations.ts'
import { appsDomain, openSecrets, type Secrets } from '../product/settings.ts'
import { type StripeDouble, start as startStripe } from '../stripe/index.ts'
import type { StartSetting } from './setting.ts'
import type { Foundations } from './start-foundations.ts'

export type Surroundings = {
  secrets: Secrets
  database: RoleUrls
  platform: Platform
  clock: SandboxClock
  stripe: StripeDouble
  bodies: Bodies
  awsUrl: string
  faults: Faults
}

/** The world that Slipway expects to find: its database and AWS account, Stripe, hosts, the one origin. */
export async function startSurroundings(setting: StartSetting, on: Foundations): Promise<Surroundings> {
  const { state, ports, progress, stops } = setting
  const { emulatorUrl } = on
  const secrets = openSecrets(state)
  const seed = { state, emulatorUrl, appsDomain, template: await connectTemplateText(setting.local) }
  const [database, platform] = await Promise.all([
    progress.part('database', () => migrateDatabase(state, on.adminUrl, secrets.databasePassword)),
    progress.part('platform', () => seedPlatform(seed)),
  ])

  const clock = await openClock(database.systemUrl)
  stops.late.push(() => clock.stop())
  const stripeSetting = {
    port: ports.stripe,
    folder: join(state, 'stripe'),
    webhookSecret: secrets.stripeWebhookSecret,
    webhookUrl: `http://127.0.0.1:${ports.api}/webhooks/stripe`,
    clock,
  }
  const stripe = await progress.part(
    'stripe',
    () => startStripe(stripeSetting),
    ({ url }) => url,
  )
  stops.late.push(() => stripe.stop())

  const report = (line: string) => progress.say(`  ${line}`)
  const bodies = keepBodies({ state, python: on.tools.python, emulatorUrl, image: on.image }, report)
  stops.early.push(() => bodies.stop())
  await on.onEmulator(bodies.follow)

  const door = await startFaultDoor({ port: ports.faultDoor, upstreamPort: ports.emulator })
  stops.late.push(() => door.stop())

  const console = { emulatorUrl, accounts: openAccounts(state), bodies }
  const pages = await progress.part(
    'pages',
    () => servePages({ port: ports.pages, mails: on.mails, clock, console, faults: door.faults }),
    ({ url }) => `${url}/sandbox/mails, /console, /clock, /faults`,
  )
  stops.early.push(() => pages.stop())

  const balancers = openBalancers({ emulatorUrl, bodies })
  stops.early.push(() => balancers.stop())

  const front = await startFront({
    port: ports.front,
    appsDomain,
    apiPort: ports.api,
    webPort: ports.web,
    pagesPort: ports.pages,
    resolve: nameResolver({ emulatorUrl, platform, bodies, balancers }),
  })
  stops.early.push(() => front.stop())
  return { secrets, database, platform, clock, stripe, bodies, awsUrl: door.url, faults: door.faults }
}
