import type { HostId } from '@slipway/core'

/** At most a third of the hosts are switched at once, so that the others carry the visitors; at least one. */
function choosePart(count: number): number {
  return Math.max(1, Math.floor(count / 3))
}

/**
 * Which hosts are switched next, of those that are still to be. Alone where a command of the release runs with the first of
 * them; all at once where none serves yet, and no visitor can notice.
 */
export function chooseBatch(of: {
  /** All hosts of the cluster. */
  hosts: readonly HostId[]
  todo: readonly HostId[]
  isAlone: boolean
  isFirst: boolean
}): HostId[] {
  const size = of.isAlone ? 1 : of.isFirst ? of.todo.length : choosePart(of.hosts.length)
  return of.todo.slice(0, size)
}
