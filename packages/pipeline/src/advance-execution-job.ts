import { defineJob } from '@slipway/jobs'
import { z } from 'zod'
import { appIdSchema } from './decide/execution.ts'

/** Folds what was recorded for the executions of an app into their states. One row per event: none is lost between two runs. */
export const advanceExecution = defineJob({
  name: 'pipeline.advance-execution',
  payload: z.object({
    appId: appIdSchema,
    /** A stage was let go: somebody may enter though nothing was recorded. */
    isReleased: z.boolean().optional(),
  }),
  attempts: 10,
  spacingSeconds: 1,
  timeoutSeconds: 30,
})
