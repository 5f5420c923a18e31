import type { OrganisationId } from '@slipway/core'
import type { JobContext } from '@slipway/jobs'

/** Whose job it is. Every job of this package but the sweep belongs to an organisation. */
export function tenantOf({ organisationId }: Pick<JobContext, 'organisationId'>): OrganisationId {
  if (organisationId === undefined) throw new Error('an execution belongs to an organisation')
  return organisationId
}
