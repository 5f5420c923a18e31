/** A deployment of an environment, as far as it says which commits run there. */
export type Reach = {
  /** Of the revision that it deployed, among the pushes of its app. */
  position: number
  sha: string
  status: 'running' | 'healthy' | 'failed' | 'cancelled'
  startedAt: Date
  endedAt: Date | null
}

/**
 * Where a commit is in one environment. here: it is what runs. was: something newer, which holds it, runs now. back:
 * it was taken back. going-back: that happens just now. moving: it is being deployed. failed: it did not come up.
 */
export type CommitCell = {
  is: 'here' | 'was' | 'back' | 'going-back' | 'moving' | 'failed'
  /** ISO; when it came to be so. */
  at: string
  /** The newer commit with which it came here; null where it came by itself. */
  with: string | null
}

/**
 * The cell of the commit at `position` in an environment. `reaches` are its deployments, oldest first, from before
 * this commit was pushed; `live` is the position of what runs there. Null where it never came so far.
 */
export function commitCell(
  position: number,
  reaches: readonly Reach[],
  live: number | null,
): CommitCell | null {
  const moving = reaches.findLast(({ status }) => status === 'running')
  const holds = live !== null && live >= position
  if (moving?.position === position && live !== position)
    return { is: 'moving', at: moving.startedAt.toISOString(), with: null }
  const healthy = reaches.filter(({ status }) => status === 'healthy')
  const came = healthy.find((each) => each.position >= position)
  if (came === undefined) return neverThere(position, reaches)
  const by = came.position === position ? null : came.sha
  if (holds && moving !== undefined && moving.position < position)
    return { is: 'going-back', at: moving.startedAt.toISOString(), with: by }
  if (live === position) return { is: 'here', at: endOf(cameToStay(healthy, position) ?? came), with: null }
  if (holds) return { is: 'was', at: endOf(came), with: by }
  const left = healthy.slice(healthy.indexOf(came)).find((each) => each.position < position)
  return { is: 'back', at: endOf(left ?? came), with: by }
}

/** The first of the deployments of this commit since anything else ran here. */
function cameToStay(healthy: readonly Reach[], position: number): Reach | undefined {
  const other = healthy.findLastIndex((each) => each.position !== position)
  return healthy[other + 1]
}

function neverThere(position: number, reaches: readonly Reach[]): CommitCell | null {
  const last = reaches.findLast((each) => each.position === position)
  return last?.status === 'failed' ? { is: 'failed', at: endOf(last), with: null } : null
}

function endOf({ endedAt, startedAt }: Reach): string {
  return (endedAt ?? startedAt).toISOString()
}
