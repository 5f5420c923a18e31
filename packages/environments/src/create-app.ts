import {
  type Clock,
  type CloudAccountId,
  newId,
  notFound,
  type OrganisationId,
  UserError,
  type UserId,
} from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { audit } from '@slipway/organisations'
import { checkAppName } from './decide/names.ts'
import { type App, findApp } from './find-app.ts'
import { chooseGatePort, type GatePorts } from './gate-port.ts'

/** Keeps one organisation from filling the disk that holds the repositories. */
const appsMax = 200

export type NewApp = {
  name: string
  cloudAccountId: CloudAccountId
  region: string
  branch: string
  autoDeploy: boolean
  by: UserId
}

/**
 * Makes an app with its one environment, `production`, in a connected account; nothing is made at AWS before
 * the first push. Its git repository is made by whoever serves git, when it is first asked for. Throws
 * `app-name-invalid`, `app-name-taken`, `app-branch-invalid`, `app-region-invalid`, `app-account-not-connected`
 * or `too-many-apps`. Not safe to repeat: the second is refused.
 */
export async function createApp(
  db: Database,
  organisationId: OrganisationId,
  asked: NewApp,
  settings: { clock: Clock; gatePorts: GatePorts },
): Promise<App> {
  checkAppName(asked.name)
  checkBranch(asked.branch)
  checkRegion(asked.region)
  const gatePort = await chooseGatePort(db, settings.gatePorts)
  return db.inOrganisation(organisationId, async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`apps:${organisationId}`}, 0))::text`
    const account = await tx.cloudAccount.findFirst({ where: { organisationId, id: asked.cloudAccountId } })
    if (account === null) throw notFound('cloud account')
    if (account.state !== 'connected') throw notConnected(account.name, account.state)
    const others = await tx.app.findMany({
      where: { organisationId, deletedAt: null },
      select: { name: true },
    })
    if (others.some((other) => other.name === asked.name)) throw nameTaken(asked.name)
    if (others.length >= appsMax) throw tooManyApps()

    const now = settings.clock.now()
    const id = newId('app', now)
    await tx.app.create({
      data: {
        id,
        organisationId,
        name: asked.name,
        cloudAccountId: asked.cloudAccountId,
        region: asked.region,
        branch: asked.branch,
        autoDeploy: asked.autoDeploy,
        createdAt: now,
        createdBy: asked.by,
      },
    })
    await tx.environment.create({
      data: {
        id: newId('environment', now),
        organisationId,
        appId: id,
        name: 'production',
        cloudAccountId: asked.cloudAccountId,
        region: asked.region,
        gatePort,
        createdAt: now,
      },
    })
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'apps.create',
      subject: id,
      at: now,
      detail: { name: asked.name, region: asked.region, branch: asked.branch },
    })
    await announce(tx, organisationId, 'apps')
    return findApp(tx, organisationId, asked.name)
  })
}

export type AppSettings = { branch?: string; autoDeploy?: boolean }

/** Changes which branch deploys and whether it does by itself, from the next push on. Twice is safe. */
export async function changeAppSettings(
  db: Database,
  organisationId: OrganisationId,
  name: string,
  settings: AppSettings & { by: UserId },
  clock: Clock,
): Promise<App> {
  if (settings.branch !== undefined) checkBranch(settings.branch)
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    const next = {
      branch: settings.branch ?? app.branch,
      autoDeploy: settings.autoDeploy ?? app.autoDeploy,
    }
    if (next.branch === app.branch && next.autoDeploy === app.autoDeploy) return app
    await tx.app.update({ where: { id: app.id }, data: next })
    await audit(tx, organisationId, {
      actor: settings.by,
      action: 'apps.change-settings',
      subject: app.id,
      at: clock.now(),
      detail: next,
    })
    await announce(tx, organisationId, `app:${app.id}`)
    await announce(tx, organisationId, 'apps')
    return { ...app, ...next }
  })
}

/** As git itself refuses names (git-check-ref-format), but for what nobody means: length and slashes at the ends. */
function checkBranch(branch: string): void {
  const isFine =
    /^[A-Za-z0-9._/+-]{1,100}$/.test(branch) && !/^[-/.]|[/.]$|\.\.|\/\/|\/\.|\.lock($|\/)|@\{/.test(branch)
  if (isFine) return
  throw new UserError({
    code: 'app-branch-invalid',
    kind: 'invalid',
    what: `“${branch.slice(0, 60)}” cannot be the name of a branch.`,
    why: 'Branches hold letters, digits and . _ - + / between other characters.',
    todo: 'Use the name that `git branch` shows, such as “main”.',
  })
}

/** Whether the region exists and is enabled in the account is found out when the account is asked. */
function checkRegion(region: string): void {
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return
  throw new UserError({
    code: 'app-region-invalid',
    kind: 'invalid',
    what: `“${region.slice(0, 40)}” is not a region of AWS.`,
    todo: 'Use a region’s code, such as eu-west-1 or us-east-1.',
  })
}

function nameTaken(name: string): UserError {
  return new UserError({
    code: 'app-name-taken',
    kind: 'conflict',
    what: `There is an app called ${name} in this organisation.`,
    todo: 'Choose another name, or push to the app that is there.',
  })
}

function tooManyApps(): UserError {
  return new UserError({
    code: 'too-many-apps',
    kind: 'too-many',
    what: `This organisation has ${appsMax} apps, and no more are possible.`,
    todo: 'Delete an app that is not used, or write to us if you need more.',
  })
}

function notConnected(name: string, state: string): UserError {
  return new UserError({
    code: 'app-account-not-connected',
    kind: 'conflict',
    what: `The cloud account ${name} is not connected.`,
    why:
      state === 'broken'
        ? 'Slipway can no longer act in it; the account’s page says since when and how to mend it.'
        : 'Slipway has not yet proved that it may act in it.',
    todo: 'Connect the account first, then create the app.',
  })
}
