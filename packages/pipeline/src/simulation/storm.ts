import type { Mood } from './outside.ts'
import * as people from './people.ts'
import type { World } from './world.ts'

/** What people and faults do in a storm, each at a moment that the seed chooses, and the calm after it. */

const acts = [
  'push',
  'push',
  'force-push',
  'refused',
  'rename',
  'roll-back',
  'variable',
  'cancel',
  'deploy',
  'approve',
  'approve',
  'override',
  'hold',
  'release',
  'remove',
] as const

/** Something that a person does. */
export function act(world: World, choices: readonly (typeof acts)[number][] = acts): void {
  const { seed, rows, hosts, shape } = world
  const what = seed.pick(choices)
  const ids = [...rows.executions.keys()]
  const going = ids.filter((each) => rows.execution(each).state?.end === null)
  const id = seed.pick(seed.chance(900) && going.length > 0 ? going : ids)
  const environmentId = seed.pick([...hosts.keys()])
  const stage = seed.pick(shape)?.name
  if (id === undefined || environmentId === undefined || stage === undefined) return
  switch (what) {
    case 'push':
      people.push(world, { deploysByItself: !seed.chance(200) })
      break
    case 'rename':
      if (seed.chance(300)) people.pushRenamed(world)
      break
    case 'force-push':
      people.forcePush(world)
      break
    case 'refused':
      if (seed.chance(200)) people.pushRefused(world)
      break
    case 'roll-back':
      people.rollBack(world, environmentId)
      break
    case 'variable':
      people.changeVariable(world, environmentId)
      break
    case 'cancel':
      people.cancel(world, id)
      break
    case 'deploy':
      people.deploy(world, id)
      break
    case 'approve':
      for (const each of rows.executions.keys()) if (people.approve(world, each)) break
      break
    case 'override':
      people.override(world, id)
      break
    case 'hold':
      people.hold(world, stage)
      break
    case 'release':
      people.release(world, stage)
      break
    case 'remove':
      if (seed.chance(50)) people.removeEnvironment(world, environmentId)
      break
    case undefined:
      break
  }
}

const moods: readonly Mood[] = ['fine', 'fine', 'red', 'flaps', 'silent', 'stale', 'not-a-number']
const faults = [
  'crash',
  'redis-lost',
  'redis-old',
  'twice',
  'relay-dies',
  'database',
  'stall',
  'away',
  'lost',
  'said-twice',
  'poison',
  'mood',
  'bad',
  'slow',
  'red',
] as const

export function fault(world: World): void {
  const { seed, rows, hosts, outside } = world
  const environmentId = seed.pick([...hosts.keys()])
  const host = environmentId && hosts.get(environmentId)
  if (host === undefined || environmentId === undefined) return
  const release = seed.pick([...rows.releases.keys()])
  switch (seed.pick(faults)) {
    case 'crash':
      world.crash(seed.below(2))
      return
    case 'redis-lost':
      world.queue = []
      return
    case 'redis-old':
      world.queue = rows.open.flatMap(({ id, queuedAt }) => (queuedAt === null ? [] : [id]))
      return
    case 'twice':
      world.queue.push(...world.queue)
      return
    case 'relay-dies':
      world.relay(seed.below(2), true)
      return
    case 'database':
      world.restartDatabase()
      return
    case 'stall': {
      const process = seed.pick(world.processes)
      if (process !== undefined) process.stalledUntil = rows.now + seed.below(60) * 1000
      return
    }
    case 'away':
      world.disconnect(environmentId, seed.below(600))
      return
    case 'lost':
      host.losesNext = true
      return
    case 'said-twice':
      host.saysTwice = true
      return
    case 'poison': {
      const row = seed.pick(rows.open)
      const isTimer = row?.job.name === 'effect' && row.job.effect.type === 'timer'
      if (row !== undefined && !isTimer && (row.job.name === 'effect' || row.job.name === 'rehearse'))
        world.poisoned.add(row.id)
      return
    }
    case 'mood':
      outside.moods.set(environmentId, seed.pick(moods) ?? 'fine')
      return
    case 'bad':
      if (release !== undefined) host.bad.add(release)
      return
    case 'slow':
      if (release !== undefined) host.slow.add(release)
      return
    case 'red':
      if (release !== undefined) host.red.add(release)
      return
    case undefined:
      return
  }
}

/** Faults stop, outside answers, and nobody holds a stage any more. */
export function calm(world: World): void {
  world.poisoned.clear()
  world.outside.moods.clear()
  for (const [id, host] of world.hosts) {
    host.losesNext = false
    world.reconnect(id)
  }
  for (const { name } of world.shape) people.release(world, name)
}
