import type { CloudAccountId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { templateVersionWithArtifacts } from './connect/template.ts'
import { bucketOf, copyObject } from './copy-object.ts'
import { artifactPrefix } from './names.ts'
import type { AccountContext } from './targets/target.ts'

/** Where what a step keeps for later ones lies in its bucket: execution, place and attempt, and the try that left it. */
export function artifactKey(stepId: string, attemptTry: number): string {
  return `${artifactPrefix}${stepId}/${attemptTry}.tar.gz`
}

/**
 * What must happen before a runner of a cloud account may keep and find files, as the end of “it waits for”; undefined
 * where nothing must. The roles of a connect stack that was launched before there were any do not let it. An account
 * whose number was typed never said its version; it was connected by the template of its day.
 */
export async function artifactsWaitFor(tx: Tx, id: CloudAccountId): Promise<string | undefined> {
  const { name, templateVersion } = await tx.cloudAccount.findUniqueOrThrow({
    where: { id },
    select: { name: true, templateVersion: true },
  })
  if ((templateVersion ?? templateVersionWithArtifacts) >= templateVersionWithArtifacts) return undefined
  return `the connect stack of ${name} to be updated, which does not let steps keep files yet`
}

/** Brings what a step kept in one account and region to where a later one looks for it. Safe to repeat. */
export async function bringArtifact(
  context: AccountContext,
  from: { cloudAccountId: CloudAccountId; region: string; key: string; sizeBytes: number },
): Promise<'there' | 'copied' | 'gone'> {
  const { key, sizeBytes } = from
  const to = await bucketOf(context)
  return copyObject({ ...(await bucketOf({ ...context, ...from })), key }, { ...to, key }, sizeBytes)
}
