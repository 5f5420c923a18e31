import { type DiskSnapshotId, isId } from '@slipway/core'
import { defineJob } from '@slipway/jobs'
import { z } from 'zod'

/** One look at a snapshot that is being taken or deleted; it sets the next by itself. */
export const lookAtSnapshotJob = defineJob({
  name: 'cloud.look-at-snapshot',
  payload: z.object({
    snapshotId: z.custom<DiskSnapshotId>((value) => typeof value === 'string' && isId('diskSnapshot', value)),
  }),
  attempts: 20,
  spacingSeconds: 15,
  timeoutSeconds: 60,
})
