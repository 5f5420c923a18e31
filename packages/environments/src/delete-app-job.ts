import { type AppId, isId, type OrganisationId, UserError } from '@slipway/core'
import { announce, leaseHolder, releaseLease, takeLease } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { type App, type Environment, environmentsOf, getAppById } from './find-app.ts'

const appId = z.custom<AppId>((value) => typeof value === 'string' && isId('app', value))

/** One look at the deletion of an app; it comes again until the app is gone. */
export const deleteAppJob = defineJob({
  name: 'environments.delete-app',
  payload: z.object({ appId }),
  attempts: 20,
  spacingSeconds: 5,
  timeoutSeconds: 90,
})

export type DeletionProgress =
  | { state: 'gone' }
  | { state: 'waiting'; until: Date }
  | { state: 'failed'; error: { what: string } }

export type DeleteSettings = {
  /** Takes away what stands at AWS for an environment, a look at a time, but for what holds data. */
  deleteEnvironment(
    of: { app: App; environment: Environment; secrets: string[]; publicNames: string[] },
    context: JobContext & { organisationId: OrganisationId },
  ): Promise<DeletionProgress>
}

export function deleteAppHandler(settings: DeleteSettings): Handler {
  return handle(deleteAppJob, async ({ appId }, context) => {
    const { organisationId } = context
    if (organisationId === undefined) throw new Error('an app belongs to an organisation')
    await lookAtDeletion(appId, { ...context, organisationId }, settings)
  })
}

async function lookAtDeletion(
  appId: AppId,
  context: JobContext & { organisationId: OrganisationId },
  settings: DeleteSettings,
): Promise<void> {
  const { db, clock, organisationId, log } = context
  const comeAgain = (seconds: number) =>
    db.inOrganisation(organisationId, (tx) =>
      enqueue(
        tx,
        deleteAppJob,
        { appId },
        { organisationId, dueAt: new Date(clock.now().getTime() + seconds * 1000) },
      ),
    )
  const found = await db.inOrganisation(organisationId, async (tx) => {
    const app = await getAppById(tx, appId)
    const isMoving = (await tx.execution.count({ where: { appId, endedAt: null } })) > 0
    return { app, environments: await environmentsOf(tx, appId), isMoving }
  })
  if (found.app.deletingSince === null) return
  if (found.isMoving) return comeAgain(2)

  for (const environment of found.environments) {
    const name = `environment:${environment.id}`
    const holder = `delete:${appId}`
    const held = await db.inOrganisation(organisationId, async (tx) => {
      const lease = await takeLease(tx, organisationId, name, holder, 300)
      if (lease !== undefined) return true
      // No execution is open: a deployment that still holds it was given up.
      const other = await leaseHolder(tx, organisationId, name)
      if (other?.holder.startsWith('dep_')) await releaseLease(tx, organisationId, name, other.holder)
      return false
    })
    if (!held) return comeAgain(1)
    const of = { app: found.app, environment, ...(await namesOf(environment, context)) }
    const progress = await deleteUnlessDisconnected(of, context, settings)
    switch (progress.state) {
      case 'waiting':
        return comeAgain(Math.max(1, (progress.until.getTime() - clock.now().getTime()) / 1000))
      case 'failed':
        log.warn(
          { environment: environment.id, what: progress.error.what },
          'an environment could not be deleted',
        )
        return comeAgain(60)
      case 'gone':
        await db.inOrganisation(organisationId, async (tx) => {
          const now = clock.now()
          await tx.service.updateMany({
            where: { environmentId: environment.id, removedAt: null },
            data: { removedAt: now },
          })
          await tx.environment.update({ where: { id: environment.id }, data: { deletedAt: now } })
          await releaseLease(tx, organisationId, name, holder)
        })
    }
  }
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.app.update({ where: { id: appId }, data: { deletedAt: clock.now() } })
    await announce(tx, organisationId, `app:${appId}`)
    await announce(tx, organisationId, 'apps')
  })
}

/** In an account that was disconnected no call is made: what stands there stays. */
async function deleteUnlessDisconnected(
  of: Parameters<DeleteSettings['deleteEnvironment']>[0],
  context: JobContext & { organisationId: OrganisationId },
  settings: DeleteSettings,
): Promise<DeletionProgress> {
  const account = await context.db.inOrganisation(context.organisationId, (tx) =>
    tx.cloudAccount.findUniqueOrThrow({ where: { id: of.environment.cloudAccountId } }),
  )
  if (account.state === 'disconnected') return { state: 'gone' }
  try {
    return await settings.deleteEnvironment(of, context)
  } catch (error) {
    if (error instanceof UserError) return { state: 'failed', error: error.fields }
    throw error
  }
}

async function namesOf(
  environment: Environment,
  { db, organisationId }: JobContext & { organisationId: OrganisationId },
): Promise<{ secrets: string[]; publicNames: string[] }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const variables = await tx.variable.findMany({
      where: { environmentId: environment.id, secret: true },
      distinct: ['name'],
    })
    const services = await tx.service.findMany({ where: { environmentId: environment.id } })
    return {
      secrets: variables.map((row) => row.name),
      publicNames: services.flatMap((row) => row.publicName ?? []),
    }
  })
}
