import { type CloudAccountId, isId } from '@slipway/core'
import { defineJob } from '@slipway/jobs'
import { z } from 'zod'

const cloudAccountId = z.custom<CloudAccountId>(
  (value) => typeof value === 'string' && isId('cloudAccount', value),
)

/**
 * Proves a connection, at first and again. `since` is when this proof began, null for now: IAM needs some seconds
 * until a new role admits anyone everywhere, so for a minute a refusal is only a reason to try again.
 */
export const proveConnection = defineJob({
  name: 'cloud.prove-connection',
  payload: z.object({ cloudAccountId, since: z.iso.datetime().nullable() }),
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 60,
})

/** Looks what the account may use, once it is connected. */
export const checkQuotas = defineJob({
  name: 'cloud.check-quotas',
  payload: z.object({ cloudAccountId }),
  attempts: 5,
  spacingSeconds: 5,
  timeoutSeconds: 60,
})
