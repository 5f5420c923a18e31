import { defineJob } from '@slipway/jobs'
import { z } from 'zod'
import { waits } from '../decide/event.ts'
import { environmentIdSchema, executionIdSchema } from '../decide/execution.ts'

const executionId = executionIdSchema
const attempt = z.number().int().positive()
const path = z.string()
/** Set where a timer asks for the look: the moment for which it was set, ISO. Left out where something happened. */
const timer = z.string().optional()

/** Runs the steps of a build, and again whenever something that they wait for has happened. */
export const buildJob = defineJob({
  name: 'pipeline.build',
  payload: z.object({ executionId, attempt, timer }),
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 120,
})

export const stopBuildJob = defineJob({
  name: 'pipeline.stop-build',
  payload: z.object({ executionId, attempt }),
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 60,
})

const target = z.object({ executionId, path, attempt, environmentId: environmentIdSchema, timer })

/** Runs the steps of one target's deployment, and again whenever something that they wait for has happened. */
export const deployJob = defineJob({
  name: 'pipeline.deploy',
  payload: target,
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 120,
})

export const stopDeployJob = defineJob({
  name: 'pipeline.stop-deploy',
  payload: target,
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 60,
})

/** Puts back what was healthy before in a target whose wave goes back; the same steps as a deployment. */
export const restoreJob = defineJob({
  name: 'pipeline.restore',
  payload: target,
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 120,
})

const check = z.object({ executionId, path, attempt, timer })

/** Asks a step or a gate, and again whenever something that it waits for has happened. */
export const checkJob = defineJob({
  name: 'pipeline.check',
  payload: check,
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 120,
})

/** Runs the steps of one environment's rehearsal, there and back, and again whenever something has happened. */
export const rehearseJob = defineJob({
  name: 'pipeline.rehearse',
  payload: z.object({ executionId, path, attempt, environmentId: environmentIdSchema, timer }),
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 120,
})

export const stopCheckJob = defineJob({
  name: 'pipeline.stop-check',
  payload: z.object({ executionId, path, attempt }),
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 60,
})

export const deadlineJob = defineJob({
  name: 'pipeline.deadline',
  payload: z.object({ executionId, path, attempt, wait: z.enum(waits) }),
  attempts: 10,
  spacingSeconds: 2,
  timeoutSeconds: 30,
})

export const tellFailedJob = defineJob({
  name: 'pipeline.tell-failed',
  payload: z.object({ executionId }),
  attempts: 5,
  spacingSeconds: 5,
  timeoutSeconds: 30,
})

export const tellSupersededJob = defineJob({
  name: 'pipeline.tell-superseded',
  payload: z.object({ executionId }),
  attempts: 5,
  spacingSeconds: 5,
  timeoutSeconds: 30,
})
