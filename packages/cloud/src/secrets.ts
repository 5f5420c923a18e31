import { DeleteParameterCommand, ParameterNotFound, PutParameterCommand } from '@aws-sdk/client-ssm'
import type { CloudAccountId, EnvironmentId, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { connectionOf } from './account.ts'
import type { Cloud } from './cloud.ts'
import { parameterName } from './names.ts'

type Place = {
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  region: string
  environmentId: EnvironmentId
  name: string
}

/**
 * Puts a secret into the customer's own Parameter Store, encrypted with the account's key, and says where and as
 * which version. It cannot be read back by us. Each call makes a new version; hosts are told which one to use.
 */
export async function putSecret(
  cloud: Cloud,
  db: Database,
  place: Place,
  value: string,
): Promise<{ parameter: string; version: number }> {
  const parameter = parameterName(place.environmentId, place.name)
  const ssm = await clientFor(cloud, db, place)
  const { Version } = await ssm.send(
    new PutParameterCommand({ Name: parameter, Value: value, Type: 'SecureString', Overwrite: true }),
  )
  if (Version === undefined) throw new Error(`Parameter Store gave no version of ${parameter}`)
  return { parameter, version: Version }
}

/** Removes a secret with all its versions. Twice is safe. */
export async function deleteSecret(cloud: Cloud, db: Database, place: Place): Promise<void> {
  const ssm = await clientFor(cloud, db, place)
  try {
    await ssm.send(new DeleteParameterCommand({ Name: parameterName(place.environmentId, place.name) }))
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error
  }
}

async function clientFor(cloud: Cloud, db: Database, place: Place) {
  const connection = await db.inOrganisation(place.organisationId, (tx) =>
    connectionOf(tx, place.cloudAccountId),
  )
  const { ssm } = await cloud.sessions.clients(connection, 'operate', place.region)
  return ssm
}
