import type { CloudAccountId, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { connectionOf } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import { type Alarm, describeAlarms } from './describe-alarms.ts'

/**
 * CloudWatch's alarms of these names in one account and region, also those that Slipway did not make; one that is not
 * there is left out. Throws what keeps Slipway from acting in the account, or what AWS answers.
 */
export async function readAlarms(
  { db, cloud }: { db: Database; cloud: Cloud },
  place: { organisationId: OrganisationId; cloudAccountId: CloudAccountId; region: string },
  names: readonly string[],
): Promise<Alarm[]> {
  const { organisationId, cloudAccountId, region } = place
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  const { cloudWatch } = await cloud.sessions.clients(connection, 'observe', region)
  return describeAlarms(cloudWatch, names)
}
