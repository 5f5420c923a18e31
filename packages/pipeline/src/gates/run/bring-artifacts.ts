import { artifactKey, artifactsWaitFor, bringArtifact, readBase, type StepResult } from '@slipway/cloud'
import type { StepArtifacts } from '@slipway/protocol'
import type { GateContext } from '../gate.ts'
import { type Artifacts, artifactsSoFar } from './artifacts.ts'
import type { CommandAsked } from './asked.ts'

/** How often it is looked whether somebody updated the connect stack. */
const lookAgainSeconds = 60

type Brought =
  | { state: 'ready'; artifacts: StepArtifacts | undefined }
  | { state: 'not-yet'; result: StepResult }

/**
 * Brings what earlier steps kept to the bucket of the account and region where a command is to run, one archive a look,
 * since a job has two minutes. Then what the command is told: where it finds them, and where to keep its own. Each try
 * of an attempt has a place of its own, so that a runner that was given up cannot write over what another left.
 */
export async function bringArtifacts(
  asked: CommandAsked,
  { stepId, attemptTry }: { stepId: string; attemptTry: number },
  context: GateContext,
): Promise<Brought> {
  const { db, organisationId, executionId, cloudAccountId } = context
  const here = await db.inOrganisation(organisationId, async (tx) => {
    const found = await artifactsSoFar(tx, executionId)
    if (found.length === 0 && asked.artifacts.length === 0) return undefined
    const { bucket } = await readBase(tx, context)
    return { found, bucket, waitsFor: await artifactsWaitFor(tx, cloudAccountId) }
  })
  if (here === undefined) return { state: 'ready', artifacts: undefined }
  const { found, bucket, waitsFor } = here
  if (waitsFor !== undefined) return later(context, lookAgainSeconds, waitsFor)
  for (const each of found) {
    if (each.bucket === bucket) continue
    const brought = await bringArtifact(context, each)
    if (brought === 'gone') return { state: 'not-yet', result: gone(each) }
    if (brought === 'copied') {
      await context.say(`Brought ${namesOf(each)} from ${each.region} to ${context.region}.`)
      return later(context, 0, 'the files of earlier steps')
    }
  }
  return {
    state: 'ready',
    artifacts: {
      bucket,
      found: found.map(({ key, digest, sizeBytes, names }) => ({
        key,
        digest,
        sizeBytes,
        fileBytes: names.reduce((sum, name) => sum + name.sizeBytes, 0),
      })),
      ...(asked.artifacts.length > 0 && {
        kept: { key: artifactKey(stepId, attemptTry), names: asked.artifacts },
      }),
    },
  }
}

function later({ clock }: GateContext, seconds: number, on: string): Brought {
  const until = new Date(clock.now().getTime() + seconds * 1000)
  return { state: 'not-yet', result: { state: 'wait', until, on } }
}

function gone(artifacts: Artifacts): StepResult {
  return {
    state: 'failed',
    error: {
      code: 'step-artifacts-gone',
      kind: 'failed',
      what: `${namesOf(artifacts)}, which an earlier step kept in ${artifacts.region}, is no longer in the bucket there.`,
      why: `Somebody deleted or changed ${artifacts.key}, or it was older than 60 days.`,
      todo: 'Push again, so that the step makes it anew.',
    },
  }
}

function namesOf({ names }: Artifacts): string {
  return names.map(({ name }) => name).join(', ')
}
