import { isId, type OrganisationId } from '@slipway/core'
import { z } from 'zod'

/** For payloads of jobs. */
export const organisationIdSchema = z.custom<OrganisationId>(
  (value) => typeof value === 'string' && isId('organisation', value),
)
