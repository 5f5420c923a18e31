import type { Memory } from '@slipway/cloud'
import { type CloudAccountId, type ExecutionId, isId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type ArtifactsKept, artifactsKept } from '@slipway/protocol'
import { z } from 'zod'

const keptSchema = artifactsKept.extend({
  cloudAccountId: z.custom<CloudAccountId>(
    (value) => typeof value === 'string' && isId('cloudAccount', value),
  ),
  region: z.string(),
  bucket: z.string(),
  key: z.string(),
})
/** What a command kept for later steps, and where it lies. */
export type Artifacts = z.infer<typeof keptSchema>

const memorySchema = z.object({ artifacts: z.string().optional() })

/** For the memory of its own step. The names are told by a runner, and are those that it was asked for. */
export function keepArtifacts(artifacts: Artifacts): Memory {
  return { artifacts: JSON.stringify(artifacts) }
}

/** What the command of a step kept, of what the step remembers. */
export function artifactsIn(memory: unknown): Artifacts | undefined {
  const { artifacts } = memorySchema.parse(memory)
  return artifacts === undefined ? undefined : keptSchema.parse(JSON.parse(artifacts))
}

/** Of the names that a command was to keep, each once. */
export function isAsAsked({ names }: ArtifactsKept, asked: readonly string[]): boolean {
  return names.length === asked.length && names.every(({ name }, index) => name === asked[index])
}

/**
 * What the commands of an execution have kept so far, in the order in which they ended. A place that was asked again
 * counts by its newest attempt alone.
 */
export async function artifactsSoFar(tx: Tx, executionId: ExecutionId): Promise<Artifacts[]> {
  const rows = await tx.deploymentStep.findMany({
    where: { executionId, name: 'command', state: 'done' },
    orderBy: [{ endedAt: 'asc' }, { path: 'asc' }],
    select: { path: true, memory: true },
  })
  return newestAttempts(rows).flatMap(({ memory }) => artifactsIn(memory) ?? [])
}

/** `path` is place and attempt: `staging/after/0/2`. */
export function newestAttempts<Row extends { path: string }>(rows: readonly Row[]): Row[] {
  const newest = new Map<string, number>()
  for (const { path } of rows) {
    const [place, attempt] = split(path)
    newest.set(place, Math.max(attempt, newest.get(place) ?? 0))
  }
  return rows.filter(({ path }) => {
    const [place, attempt] = split(path)
    return newest.get(place) === attempt
  })
}

function split(path: string): [place: string, attempt: number] {
  const at = path.lastIndexOf('/')
  return [path.slice(0, at), Number(path.slice(at + 1))]
}
