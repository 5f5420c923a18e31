import { takeSnapshot } from '@slipway/cloud'
import { asId, realClock } from '@slipway/core'
import { adoptServices, createApp, findEnvironment, prepareServices, runCommand } from '@slipway/environments'
import { expectHost } from '@slipway/hosts'
import { servicePlanSchema } from '@slipway/manifest'
import { createOrganisation, createToken, invite, setRole } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { waitForApproval } from '@slipway/pipeline/testing'
import { lastMail } from '../testing.ts'
import { addCloudAccount, type World } from './world.ts'

/**
 * What to ask a procedure so that the owner of the first organisation gets an answer. `things` are the fields that
 * name something of that organisation: with another organisation's id beside them they must not be found.
 */
export type Fixture = {
  input: (world: World) => Promise<object | undefined> | object | undefined
  things?: string[]
}

const organisation = ({ organisationId }: World) => ({ organisationId })
const app = ({ organisationId, app }: World) => ({ organisationId, app })
const place = ({ organisationId, app, environment }: World) => ({ organisationId, app, environment })
const execution = (w: World) => ({ ...app(w), number: w.execution })
/** One that waits for an approval, another each time. */
const approval = async (w: World) => ({
  ...app(w),
  ...(await waitForApproval(w.db, w.organisationId, { app: w.app, by: w.owner.userId }, realClock)),
})
const cloudAccount = ({ organisationId, cloudAccountId }: World) => ({ organisationId, cloudAccountId })
/** A connection of its own each time, because it is given up or on its way afterwards. */
const waitingAccount = async ({ db, organisationId }: World) => ({
  organisationId,
  cloudAccountId: await addCloudAccount(db, organisationId, 'waiting'),
})
/** Somebody more each time, because they are gone afterwards. */
const newMember = async ({ db, organisationId, owner }: World) => {
  const userId = await addPerson(db, 'Zanzibar Zed')
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId, role: 'member', by: owner.userId }, realClock),
  )
  return { organisationId, userId }
}
const invitation = async ({ db, organisationId, owner }: World) => {
  const email = `${fresh('zanzibar-guest')}@example.com`
  const asked = { email, role: 'member' as const, by: owner.userId, publicUrl: 'http://slipway.test' }
  return { organisationId, invitationId: (await invite(db, organisationId, asked, realClock)).id }
}
/** The link in a mail to the owner, from an organisation of its own. */
const linkToOwner = async ({ db, foreign, owner }: World) => {
  const { id } = await createOrganisation(db, { name: fresh('Host'), userId: foreign.userId }, realClock)
  const asked = { email: owner.email, role: 'member' as const, by: foreign.userId }
  await invite(db, id, { ...asked, publicUrl: 'http://slipway.test' }, realClock)
  const { text } = await lastMail(db, owner.email)
  return { token: /\/invitation\/(\S+)/.exec(text)?.[1] }
}
/** A complete snapshot of the disk of the app, another each time; nothing else is being restored. */
const addSnapshot = async (world: World) => {
  await connectHost(world)
  const { db, organisationId, app, environment: name } = world
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, name)
    const { id: environmentId, cloudAccountId, region } = environment
    await tx.diskRestore.updateMany({ where: { environmentId }, data: { state: 'restored', step: 'over' } })
    const of = { organisationId, environmentId, cloudAccountId, region }
    const id = await takeSnapshot(tx, of, { disk: 'data', reason: 'now', by: world.owner.userId }, realClock)
    await tx.diskSnapshot.update({ where: { id }, data: { state: 'completed', gigabytes: 8 } })
    return id
  })
}
/** A host that is heard from, with a service on it. Twice is once. */
const connectHost = ({ db, organisationId, app, environment: name }: World) =>
  db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, name)
    const { id: environmentId, cloudAccountId, region } = environment
    const on = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    const hostId = await expectHost(tx, on, {}, realClock)
    await tx.host.update({ where: { id: hostId }, data: { state: 'online' } })
    const disk = { name: 'data', path: '/data', sizeGigabytes: 8, type: 'gp3' }
    const web = { name: 'web', root: '', run: './hello', kind: 'web', disks: [disk], why: [] }
    const plans = [servicePlanSchema.parse(web)]
    await prepareServices(tx, { organisationId, environmentId, appName: app }, plans, realClock)
    await adoptServices(tx, { organisationId, environmentId }, plans, realClock)
  })
const month = new Date().toISOString().slice(0, 7)
let counter = 0
const fresh = (name: string) => `${name}-${++counter}`

/** One for each procedure. A procedure without one fails the test. */
export const fixtures: Record<string, Fixture> = {
  'apps.changeSettings': { input: (w) => ({ ...app(w), branch: 'main' }), things: ['app'] },
  'apps.create': {
    input: (w) => ({
      ...organisation(w),
      name: fresh('zanzibar-more'),
      cloudAccountId: w.cloudAccountId,
      region: 'eu-west-1',
    }),
    things: ['cloudAccountId'],
  },
  'apps.delete': {
    // An app for each time, because it is on its way out afterwards.
    input: async (w) => {
      const name = fresh('zanzibar-gone')
      const asked = { name, region: 'eu-west-1', branch: 'main', autoDeploy: true, by: w.owner.userId }
      const cloudAccountId = asId('cloudAccount', w.cloudAccountId)
      const settings = { clock: realClock, gatePorts: { first: 80, last: 80 } }
      await createApp(w.db, w.organisationId, { ...asked, cloudAccountId }, settings)
      return { ...organisation(w), app: name, confirm: name }
    },
    things: ['app'],
  },
  'apps.deletionPlan': { input: app, things: ['app'] },
  'apps.get': { input: app, things: ['app'] },
  'apps.list': { input: organisation },
  'audit.list': { input: organisation },
  'audit.verify': { input: organisation },
  'bill.get': { input: organisation },
  'bill.minutes': { input: (w) => ({ ...organisation(w), month }) },
  'bill.switchPlan': { input: (w) => ({ ...organisation(w), plan: 'seats' }) },
  'canaries.get': { input: execution, things: ['app'] },
  'cloudAccounts.begin': { input: (w) => ({ ...organisation(w), name: 'another' }) },
  'cloudAccounts.disconnect': { input: waitingAccount, things: ['cloudAccountId'] },
  'cloudAccounts.get': { input: cloudAccount, things: ['cloudAccountId'] },
  'cloudAccounts.list': { input: organisation },
  'cloudAccounts.recheck': { input: cloudAccount, things: ['cloudAccountId'] },
  'cloudAccounts.typeNumber': {
    input: async (w) => ({ ...(await waitingAccount(w)), number: '4444-5555-6666' }),
    things: ['cloudAccountId'],
  },
  'commits.liftBad': {
    input: (w) => ({ ...app(w), sha: 'a'.repeat(40), reason: 'it was not its fault' }),
    things: ['app'],
  },
  'commits.list': { input: app, things: ['app'] },
  'costs.apps': { input: organisation },
  'costs.environment': { input: place, things: ['app'] },
  'disks.deleteSnapshot': {
    input: async (w) => ({ ...place(w), snapshotId: await addSnapshot(w) }),
    things: ['app'],
  },
  'disks.list': { input: place, things: ['app'] },
  'disks.restore': {
    input: async (w) => ({ ...place(w), snapshotId: await addSnapshot(w), confirm: 'data' }),
    things: ['app'],
  },
  'disks.takeSnapshot': {
    input: async (w) => {
      await connectHost(w)
      return { ...place(w), disk: 'data' }
    },
    things: ['app'],
  },
  'environments.deployments': { input: place, things: ['app'] },
  'environments.get': { input: place, things: ['app'] },
  'environments.releases': { input: place, things: ['app'] },
  'environments.rollBack': { input: (w) => ({ ...place(w), release: 1 }), things: ['app'] },
  'executions.approve': { input: approval, things: ['app'] },
  'executions.cancel': { input: execution, things: ['app'] },
  'executions.deploy': { input: execution, things: ['app'] },
  'executions.get': { input: execution, things: ['app'] },
  'executions.list': { input: app, things: ['app'] },
  'executions.override': {
    input: async (w) => ({ ...(await approval(w)), reason: 'the approver is ill' }),
    things: ['app'],
  },
  'executions.plan': { input: execution, things: ['app'] },
  'executions.reject': {
    input: async (w) => ({ ...(await approval(w)), reason: 'not before the sale' }),
    things: ['app'],
  },
  'firstSteps.get': { input: organisation },
  'invitations.accept': { input: linkToOwner },
  'invitations.create': {
    input: (w) => ({ ...organisation(w), email: `${fresh('zanzibar-guest')}@example.com`, role: 'member' }),
  },
  'invitations.list': { input: organisation },
  'invitations.look': { input: linkToOwner },
  'invitations.resend': { input: invitation, things: ['invitationId'] },
  'invitations.withdraw': { input: invitation, things: ['invitationId'] },
  'invoices.list': { input: organisation },
  'live.changes': { input: organisation },
  'logs.page': { input: (w) => ({ ...organisation(w), stream: w.stream }) },
  'members.changeRole': {
    input: async (w) => ({ ...(await newMember(w)), role: 'viewer' }),
    things: ['userId'],
  },
  'logs.search': { input: (w) => ({ ...place(w), text: 'zanzibar' }), things: ['app'] },
  'members.list': { input: organisation },
  'members.remove': { input: newMember, things: ['userId'] },
  'metrics.get': { input: (w) => ({ ...place(w), range: '24h' }), things: ['app'] },
  'monitors.get': { input: place, things: ['app'] },
  'organisations.create': { input: () => ({ name: fresh('Another') }) },
  'organisations.leave': {
    // One that stays with its owner.
    input: async ({ db, foreign, owner }) => {
      const { id } = await createOrganisation(db, { name: fresh('Left'), userId: foreign.userId }, realClock)
      await db.inOrganisation(id, (tx) =>
        setRole(tx, id, { userId: owner.userId, role: 'member', by: foreign.userId }, realClock),
      )
      return { organisationId: id }
    },
  },
  'organisations.mine': { input: () => undefined },
  'permissions.list': { input: organisation },
  'pipeline.commits': { input: app, things: ['app'] },
  'pipeline.delivery': { input: app, things: ['app'] },
  'pipeline.get': { input: app, things: ['app'] },
  'pipeline.replaceHookKey': { input: app, things: ['app'] },
  'pipeline.showHookKeys': { input: app, things: ['app'] },
  'pushes.approvals': { input: organisation },
  'pushes.waiting': { input: organisation },
  'runs.cancel': {
    input: async (w) => {
      await connectHost(w)
      const asked = {
        app: w.app,
        environment: w.environment,
        service: null,
        command: 'date',
        timeoutSeconds: 60,
      }
      const { runId } = await runCommand(w.db, w.organisationId, { ...asked, by: w.owner.userId }, realClock)
      return { ...place(w), runId }
    },
    things: ['app'],
  },
  'runs.list': { input: place, things: ['app'] },
  'runs.start': {
    input: async (w) => {
      await connectHost(w)
      return { ...place(w), command: 'date' }
    },
    things: ['app'],
  },
  'stages.hold': { input: (w) => ({ ...app(w), stage: 'production', reason: 'a freeze' }), things: ['app'] },
  'stages.release': {
    input: (w) => ({ ...app(w), stage: 'production', reason: 'it is over' }),
    things: ['app'],
  },
  'tokens.create': { input: (w) => ({ ...organisation(w), name: 'another', scopes: ['git'], days: 1 }) },
  'tokens.list': { input: organisation },
  'tokens.revoke': {
    input: async (w) => {
      const asked = { userId: w.owner.userId, name: 'to revoke', scopes: ['git' as const], days: 1 }
      return { ...organisation(w), tokenId: (await createToken(w.db, w.organisationId, asked, realClock)).id }
    },
    things: ['tokenId'],
  },
  'variables.list': { input: place, things: ['app'] },
  'variables.remove': { input: (w) => ({ ...place(w), name: 'NAME' }), things: ['app'] },
  'variables.set': {
    input: (w) => ({ ...place(w), name: 'NAME', value: 'value', secret: false }),
    things: ['app'],
  },
}
