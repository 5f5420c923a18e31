import type { DiskFacts, Judgement, Monitor } from '../monitor.ts'

/** With less free than this, of 1, a database stops writing. */
export const freeShareMin = 0.03
/** What the release must have written itself since it began, to be blamed. */
const grownBytesMin = 64 * 1024 * 1024

/** A disk of the host ran full since the deployment began. */
export const disk: Monitor = { name: 'disk', judge: ({ disks }) => disks.map(judgeDisk) }

function judgeDisk(facts: DiskFacts): Judgement {
  const { path, totalBytes, usedBytes, usedBytesBefore } = facts
  const free = Math.max(0, totalBytes - usedBytes)
  const words = `${path}: ${megabytes(free)} of ${megabytes(totalBytes)} free.`
  if (free >= totalBytes * freeShareMin) return { is: 'fine', words }
  const grown = usedBytes - usedBytesBefore
  if (grown >= grownBytesMin) return { is: 'red', words, error: failed(facts, free, grown) }
  return { is: 'inconclusive', words: `${words} It was so before the deployment.`, wantsMore: false }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`

function failed({ path, totalBytes }: DiskFacts, free: number, grown: number) {
  return {
    code: 'app-fills-disk',
    kind: 'failed' as const,
    what: `The disk at ${path} is full under the new release: ${megabytes(free)} of ${megabytes(totalBytes)} are left.`,
    why: `${megabytes(grown)} were written since the deployment began. A full disk stops databases from writing.`,
    todo: 'Find what the release writes and remove it, or choose a larger disk.',
  }
}
