import { createHash } from 'node:crypto'
import {
  type Clock,
  type EnvironmentId,
  newId,
  type OrganisationId,
  UserError,
  type UserId,
} from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { audit } from '@slipway/organisations'
import { enqueueBringSecret } from './bring-secret.ts'
import { configurationChanged, lockConfiguration } from './configuration.ts'
import { checkVariableName, checkVariableValue, variablesMax } from './decide/names.ts'
import { findEnvironment } from './find-app.ts'
import { type Sealing, sealSecret } from './sealing.ts'

/** One line of the page of variables. A secret's value is shown to nobody: it lies in the customer's account. */
export type VariableListed = {
  name: string
  secret: boolean
  value: string | null
  /** `on-its-way` until the Parameter Store has it. */
  state: 'set' | 'on-its-way'
  /** Of a secret: the parameter's version there. */
  version: number | null
  parameter: string | null
  updatedAt: string
  updatedBy: string
}

/** The variables of an environment by name, with the version of its configuration. */
export async function listVariables(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string },
): Promise<{ configVersion: number; variables: VariableListed[] }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const rows = await tx.variable.findMany({
      where: { environmentId: environment.id, removedAt: null },
      orderBy: { name: 'asc' },
    })
    return {
      configVersion: environment.configVersion,
      variables: rows.map((row) => ({
        name: row.name,
        secret: row.secret,
        value: row.secret ? null : row.value,
        state: row.sealedValueId === null ? 'set' : 'on-its-way',
        version: row.version,
        parameter: row.secret ? `/slipway/${environment.id}/${row.name}` : null,
        updatedAt: row.updatedAt.toISOString(),
        updatedBy: row.updatedBy,
      })),
    }
  })
}

/**
 * Sets a variable. What changes something makes a new version of the configuration and deploys the build that
 * is live with it; the same value again does nothing. A secret is sealed for as long as the worker needs to
 * bring it to the customer's Parameter Store, and kept nowhere else. Throws `variable-name-invalid`,
 * `variable-name-reserved`, `variable-value-too-large` or `too-many-variables`.
 */
export async function setVariable(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string; name: string; value: string; secret: boolean; by: UserId },
  settings: { clock: Clock; sealing: Sealing },
): Promise<void> {
  checkVariableName(asked.name)
  checkVariableValue(asked.name, asked.value)
  await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    await lockConfiguration(tx, environment.id)
    const rows = await tx.variable.findMany({ where: { environmentId: environment.id, removedAt: null } })
    const row = rows.find((candidate) => candidate.name === asked.name)
    if (row === undefined && rows.length >= variablesMax) throw tooMany()
    const digest = asked.secret ? digestOf(environment.id, asked.value) : null
    if (row !== undefined && row.secret === asked.secret) {
      const isSame = asked.secret
        ? row.digest === digest && row.sealedValueId === null
        : row.value === asked.value
      if (isSame) return
    }

    const now = settings.clock.now()
    const sealedValueId = asked.secret
      ? await sealSecret(tx, settings.sealing, organisationId, asked.value, now)
      : null
    const content = {
      secret: asked.secret,
      value: asked.secret ? null : asked.value,
      // The version stays that of the value before until the new one is there: it is what runs.
      version: asked.secret ? (row?.version ?? null) : null,
      digest,
      sealedValueId,
      updatedAt: now,
      updatedBy: asked.by,
    }
    const id = row?.id ?? newId('variable', now)
    if (row === undefined) {
      const place = { id, organisationId, environmentId: environment.id, name: asked.name }
      await tx.variable.create({ data: { ...place, ...content } })
    } else {
      await tx.variable.update({ where: { id }, data: content })
    }
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'variables.change',
      subject: environment.id,
      at: now,
      detail: { app: app.name, environment: environment.name, name: asked.name, secret: asked.secret },
    })
    if (sealedValueId === null)
      await configurationChanged(tx, organisationId, environment.id, { by: asked.by })
    else await enqueueBringSecret(tx, organisationId, { variableId: id, sealedValueId, by: asked.by })
    await announce(tx, organisationId, `environment:${environment.id}`)
  })
}

/**
 * Removes a variable from the next deployment on, which begins at once. A secret's parameter stays in the
 * customer's account, because an earlier release can still need it. Removing what is not there does nothing.
 */
export async function removeVariable(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string; name: string; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    await lockConfiguration(tx, environment.id)
    const now = clock.now()
    const removed = await tx.variable.updateMany({
      where: { environmentId: environment.id, name: asked.name, removedAt: null },
      data: { removedAt: now, updatedAt: now, updatedBy: asked.by, sealedValueId: null },
    })
    if (removed.count === 0) return
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'variables.change',
      subject: environment.id,
      at: now,
      detail: { app: app.name, environment: environment.name, name: asked.name, removed: true },
    })
    await configurationChanged(tx, organisationId, environment.id, { by: asked.by })
    await announce(tx, organisationId, `environment:${environment.id}`)
  })
}

/** Tells whether a secret is the same as before; salted, so that equal secrets of two environments do not look equal. */
function digestOf(environmentId: EnvironmentId, value: string): string {
  return createHash('sha256').update(`${environmentId}\0${value}`).digest('hex')
}

function tooMany(): UserError {
  return new UserError({
    code: 'too-many-variables',
    kind: 'too-many',
    what: `This environment has ${variablesMax} variables, and no more are possible.`,
    todo: 'Remove what is not used, or keep many values in one file of a bucket.',
  })
}
