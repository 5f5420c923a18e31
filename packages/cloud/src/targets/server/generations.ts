import { z } from 'zod'

/**
 * The volumes that a disk has, one after another: 0 is the one that it began with, and each restore makes one more of a
 * snapshot. At most one is attached. One that is not is deleted with the next change that leaves it out: what it held is
 * in a snapshot by then.
 */
const volume = z.object({
  number: z.int().nonnegative(),
  /** As EC2 names the snapshot that it is made of. */
  snapshotId: z.string().optional(),
  isAttached: z.boolean(),
})
export type DiskVolume = z.infer<typeof volume>
export type Generations = Record<string, DiskVolume[]>

const first: readonly DiskVolume[] = [{ number: 0, isAttached: true }]

/** By the name of the disk, as the row of a stack keeps them; a disk that was never restored is not in it. */
export function generationsOf(kept: string | undefined): Generations {
  return kept === undefined ? {} : z.record(z.string(), z.array(volume)).parse(JSON.parse(kept))
}

/** No volume of the disk is attached. */
export function detached(volumes: readonly DiskVolume[] = first): DiskVolume[] {
  return volumes.map((each) => ({ ...each, isAttached: false }))
}

/** The volume of that number is attached and no other; one that is not there yet is made of the snapshot. */
export function attached(
  volumes: readonly DiskVolume[] = first,
  { number, snapshotId }: { number: number; snapshotId?: string },
): DiskVolume[] {
  const known = volumes.some((each) => each.number === number)
  const fresh = { number, isAttached: true, ...(snapshotId !== undefined && { snapshotId }) }
  return [
    ...volumes.map((each) => ({ ...each, isAttached: each.number === number })),
    ...(known ? [] : [fresh]),
  ]
}

/** The volume of that number is left out, unless it is attached. */
export function without(volumes: readonly DiskVolume[] = first, number: number): DiskVolume[] {
  return volumes.filter((each) => each.isAttached || each.number !== number)
}

/** The number of the volume that is attached; of a disk that was never restored the first. */
export function attachedNumber(volumes: readonly DiskVolume[] = first): number | undefined {
  return volumes.find((each) => each.isAttached)?.number
}
