import { request } from 'node:http'
import type { Group } from './balancer-record.ts'

export type Health = 'initial' | 'healthy' | 'unhealthy'

/** What is known of one target in one group. `inRow`: how many checks in a row said the other thing than `health`. */
export type Probed = { group: string; id: string; health: Health; inRow: number; dueAt: number }

type Place = { host: string; port: number }

/**
 * Asks the targets that are due, and answers whether the health of one changed. A target is healthy after its first good check, unhealthy
 * after as many bad ones in a row as its group says, and healthy again after as many good ones:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export async function probe(
  groups: readonly Group[],
  probed: Map<string, Probed>,
  placeOf: (id: string, port: number) => Place | undefined,
  now: number,
): Promise<boolean> {
  const there = new Set(groups.flatMap(({ arn, targets }) => targets.map(({ id }) => `${arn} ${id}`)))
  for (const key of probed.keys()) if (!there.has(key)) probed.delete(key)
  const asked = groups.flatMap((group) => group.targets.map((target) => ({ group, ...target })))
  const changes = await Promise.all(
    asked.map(async ({ group, id, port }): Promise<boolean> => {
      const key = `${group.arn} ${id}`
      const known = probed.get(key) ?? { group: group.arn, id, health: 'initial', inRow: 0, dueAt: 0 }
      probed.set(key, known)
      if (known.dueAt > now) return false
      known.dueAt = now + group.check.intervalSeconds * 1000
      const place = placeOf(id, port)
      const isGood = place !== undefined && (await isAnswered(place, group.check))
      const next = nextHealth(known, isGood, group.check)
      if (probed.get(key) !== known) return false
      const before = known.health
      Object.assign(known, next)
      // A target that gets up is looked at closely: the first good check is what it waits for.
      if (known.health === 'initial') known.dueAt = now + 1000
      return before !== next.health
    }),
  )
  return changes.includes(true)
}

/** What a check makes of what is known. */
export function nextHealth(
  { health, inRow }: Pick<Probed, 'health' | 'inRow'>,
  isGood: boolean,
  check: Pick<Group['check'], 'healthyCount' | 'unhealthyCount'>,
): Pick<Probed, 'health' | 'inRow'> {
  if (health === 'initial' && isGood) return { health: 'healthy', inRow: 0 }
  if ((health === 'healthy') === isGood && health !== 'initial') return { health, inRow: 0 }
  const needed = isGood ? check.healthyCount : check.unhealthyCount
  if (inRow + 1 < needed) return { health, inRow: inRow + 1 }
  return { health: isGood ? 'healthy' : 'unhealthy', inRow: 0 }
}

/** As the emulator is told it, in the words of DescribeTargetHealth. */
export function toldHealth({ group, id, health }: Probed): Record<string, string> {
  return health === 'unhealthy'
    ? { group, id, state: health, reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
    : { group, id, state: health }
}

function isAnswered({ host, port }: Place, check: Group['check']): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host, port, path: check.path, agent: false, timeout: check.timeoutSeconds * 1000 },
      (answer) => {
        answer.resume()
        resolve(matches(answer.statusCode ?? 0, check.statuses))
      },
    )
    asked.once('timeout', () => asked.destroy(new Error('no answer in time')))
    asked.once('error', () => resolve(false))
    asked.end()
  })
}

/** `200`, `200,202` or `200-299`, as a target group's matcher has it. */
function matches(status: number, statuses: string): boolean {
  return statuses.split(',').some((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return status >= from && status <= to
  })
}
