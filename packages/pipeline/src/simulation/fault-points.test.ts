import type { ExecutionId } from '@slipway/core'
import { describe, expect, test } from 'vitest'
import { eventSchema } from '../decide/event.ts'
import { executionSchema } from '../decide/execution.ts'
import { targetsOf } from '../decide/places.ts'
import { Host, sendCommand } from './host.ts'
import { Life } from './life.ts'
import type { Mood } from './outside.ts'
import * as people from './people.ts'
import { type Release, Rows } from './rows.ts'
import { Seed } from './seed.ts'
import { environmentId, type Stages, stage, wave } from './shapes.ts'
import { sameEndInAnyOrder } from './truths.ts'
import type { World } from './world.ts'

/**
 * The faults that are known, each forced at every step of a life that would go well. The truths are asked at each of its
 * steps; what is said here is how it ends.
 */
const one = [stage('production', [wave(['east'])])]
const three = [stage('production', [wave(['east', 'west', 'south'])])]
const baked = [stage('production', [wave(['east', 'west'], 2, { after: ['bake'] })])]
const rehearsed = [stage('production', [wave(['east'])], { after: ['rehearse'] })]
const approved = [stage('production', [wave(['east'])], { before: ['approve'] })]
const east = environmentId('east')
const west = environmentId('west')

/** A life in which a first release of this pipeline has come up everywhere. */
function settled(shape: Stages, seed = 1): Life {
  const life = new Life(seed, shape)
  const id = people.push(life.world)
  life.end(() => people.approve(life.world, id))
  expect(how(life, id)).toBe('succeeded')
  return life
}

const how = (life: Life, id: ExecutionId) => life.state(id)?.end?.how
const progress = (life: Life, id: ExecutionId) =>
  (life.state(id)?.stages ?? []).flatMap(targetsOf).map(([, target]) => target.progress.is)

/** The same push again and again, with the fault one step later each time; the ways in which it ended. */
function atEveryStep(
  shape: Stages,
  fault: (world: World, id: ExecutionId, life: Life) => void,
  after: (world: World, id: ExecutionId) => void = () => {},
  atEnd: (life: Life) => void = () => {},
): Set<string | undefined> {
  const ends = new Set<string | undefined>()
  for (let steps = 0; ; steps++) {
    const life = settled(shape)
    const { world } = life
    const id = people.push(world)
    const { now } = world.rows
    // What waits longer waits for a person, or for its timer.
    const isOver = () => life.state(id)?.end != null || world.rows.now > now + 3_600_000
    for (let done = 0; done < steps && !isOver(); done++) life.step()
    if (isOver()) return ends
    fault(world, id, life)
    life.end(() => after(world, id))
    atEnd(life)
    ends.add(how(life, id))
  }
}

function stallAll({ processes, rows }: World) {
  for (const process of processes) process.stalledUntil = rows.now + 60_000
}

/** What happens to everybody once in a while, and costs nothing but time. */
const mishaps: [string, (world: World, id: ExecutionId, life: Life) => void][] = [
  ['a worker dies', (world) => world.crash(0)],
  [
    'both workers die, before or after they commit',
    (world) => {
      world.crash(0)
      world.crash(1)
    },
  ],
  ['the relay dies between the mark and the queue', (world) => void world.relay(0, true)],
  ['Redis is lost', ({ queue }) => void queue.splice(0)],
  [
    'Redis comes back as it was a while ago',
    ({ queue, rows }) => void queue.push(...rows.open.flatMap(({ id, queuedAt }) => (queuedAt ? [id] : []))),
  ],
  ['two workers get each job', ({ queue }) => void queue.push(...queue)],
  ['Postgres restarts', (world) => world.restartDatabase()],
  [
    'Postgres restarts once more while all recover',
    (world, _, life) => {
      world.restartDatabase()
      for (let step = 0; step < 5; step++) life.step()
      world.restartDatabase()
    },
  ],
  ['leases end while their holders live', stallAll],
  ['a host is out of reach for two minutes', (world) => world.disconnect(east, 120)],
  [
    'what is sent to the host is lost',
    ({ hosts }) => void Object.assign(hosts.get(east) ?? {}, { losesNext: true }),
  ],
  ['the host says it twice', ({ hosts }) => void Object.assign(hosts.get(east) ?? {}, { saysTwice: true })],
  ['clocks are apart', ({ skews }) => void skews.splice(0, 2, 3000, -3000)],
  ['a manifest that is pushed next is refused', (world) => void people.pushRefused(world)],
  [
    'a worker of the next version takes over',
    (world) => {
      world.crash(0)
      world.crash(1)
      for (const row of world.rows.executions.values()) {
        row.state &&= executionSchema.parse(JSON.parse(JSON.stringify(row.state)))
        for (const said of row.events) said.event = eventSchema.parse(JSON.parse(JSON.stringify(said.event)))
      }
    },
  ],
  [
    'timers are late',
    (world, _, life) => {
      for (let step = 0; step < 40; step++) {
        world.queue = []
        life.step()
      }
    },
  ],
]

describe('a push goes well in spite of it, whenever it happens', () => {
  test.each(mishaps)('%s', (_, fault) => {
    expect([...atEveryStep(one, fault)]).toEqual(['succeeded'])
  })
})

describe('a rehearsal goes there and back in spite of it, whenever it happens', () => {
  test.each(mishaps)('%s', (_, fault) => {
    const isThere = (world: World) => {
      const { live } = world.rows.environments.get(east) ?? {}
      return (
        live != null && world.hosts.get(east)?.runs === live.id && live.number === world.rows.releases.size
      )
    }
    const ends = atEveryStep(rehearsed, fault, undefined, (life) => expect(isThere(life.world)).toBe(true))
    expect([...ends]).toEqual(['succeeded'])
  })
})

describe('a rehearsal, once begun, goes forward again', () => {
  const isForward = (life: Life) => {
    const { live } = life.world.rows.environments.get(east) ?? {}
    const newest = Math.max(...[...life.world.rows.releases.values()].map(({ number }) => number))
    expect(life.world.hosts.get(east)?.runs).toBe(live?.id)
    expect([newest, newest - 1]).toContain(live?.number)
    const ways = [...life.world.rows.deployments.values()].filter(({ rehearsal }) => rehearsal !== null)
    if (ways.some(({ status }) => status === 'healthy')) expect(live?.number).toBe(newest)
  }

  test('also where it is cancelled', () => {
    const ends = atEveryStep(rehearsed, people.cancel, undefined, isForward)
    expect([...ends].sort()).toEqual(['cancelled', 'succeeded'])
  })

  test('also where somebody passes it over', () => {
    const pass = (world: World, id: ExecutionId) => people.override(world, id)
    expect([...atEveryStep(rehearsed, pass, undefined, isForward)]).toEqual(['succeeded'])
  })

  test('where the release before does not come up any more, the new one stays and the push has failed', () => {
    const life = settled(rehearsed)
    const [before] = life.world.rows.releases.keys()
    const id = people.push(life.world)
    if (before !== undefined) life.world.hosts.get(east)?.bad.add(before)
    life.end()
    expect(life.state(id)).toMatchObject({
      isBad: false,
      end: { how: 'failed', error: { code: 'rehearsal-not-back' } },
    })
    expect(life.world.hosts.get(east)?.runs).toBe(life.state(id)?.releaseId)
  })

  test('where it does not come up a second time, its wave goes back', () => {
    const life = settled(rehearsed)
    const [before] = life.world.rows.releases.keys()
    const id = people.push(life.world)
    const isBack = () =>
      [...life.world.rows.deployments.values()].some(({ rehearsal }) => rehearsal?.way === 'forward')
    life.until(isBack)
    const { releaseId } = life.state(id) ?? {}
    if (releaseId) life.world.hosts.get(east)?.bad.add(releaseId)
    life.end()
    expect(life.state(id)).toMatchObject({
      isBad: true,
      end: { how: 'failed', error: { code: 'rehearsal-not-forward' } },
    })
    expect(life.world.hosts.get(east)?.runs).toBe(before)
  })
})

describe('a push comes to an end, whenever it happens', () => {
  test('it is cancelled: within seconds, and the stage is free', () => {
    for (let steps = 0; ; steps++) {
      const life = settled(three)
      const id = people.push(life.world)
      for (let done = 0; done < steps && how(life, id) === undefined; done++) life.step()
      if (how(life, id) !== undefined) return
      people.cancel(life.world, id)
      const { now } = life.world.rows
      life.end()
      expect(['cancelled', 'succeeded']).toContain(how(life, id))
      expect(life.world.rows.now - now).toBeLessThan(60_000)
    }
  })

  test('a job always throws', () => {
    const ends = atEveryStep(three, ({ rows, poisoned }) => {
      for (const { id, job } of rows.open)
        if (job.name === 'effect' && job.effect.type !== 'timer') poisoned.add(id)
    })
    // In the calm afterwards nothing is poisoned any more.
    expect(ends.has(undefined)).toBe(false)
  })

  test('timers are early', () => {
    const ends = atEveryStep(one, ({ rows, queue }) => void queue.push(...rows.open.map(({ id }) => id)))
    expect(ends.has(undefined)).toBe(false)
  })

  test('its environment is removed', () => {
    const ends = atEveryStep(one, (world) => people.removeEnvironment(world, east))
    expect([...ends].sort()).toEqual(['failed', 'succeeded'])
  })

  test('a newer one is pushed: it is superseded where it waits, else it goes through', () => {
    const ends = atEveryStep(one, (world) => void people.push(world))
    for (const end of ends) expect(['succeeded', 'superseded']).toContain(end)
    const behind = (world: World) => {
      people.push(world)
      people.push(world)
    }
    expect([...atEveryStep(approved, behind)]).toEqual(['superseded'])
  })

  test('it is approved and superseded in one instant: it enters as approved, or not at all', () => {
    const approveAll = (world: World) => {
      for (const each of world.rows.executions.keys()) people.approve(world, each)
    }
    const inOneInstant = (world: World, id: ExecutionId) => {
      people.approve(world, id)
      people.push(world)
    }
    const ends = atEveryStep(approved, inOneInstant, approveAll)
    for (const end of ends) expect(['succeeded', 'superseded']).toContain(end)
  })
})

describe('monitors', () => {
  test.each<Mood>(['silent', 'stale', 'not-a-number'])('that are %s let nothing pass', (mood) => {
    const life = settled(baked)
    const id = people.push(life.world)
    life.world.outside.moods.set(east, mood)
    life.until(() => progress(life, id).every((is) => is === 'healthy'))
    const { now } = life.world.rows
    life.until(() => life.world.rows.now > now + 1_800_000)
    expect(life.state(id)?.stages[0]?.waves[0]?.after[0]?.progress.is).toBe('asked')
    life.end()
    expect(how(life, id)).toBe('succeeded')
  })

  test('that flap take the wave back at the first red', () => {
    const life = settled(baked)
    const id = people.push(life.world)
    life.until(() => progress(life, id).join() === 'healthy,healthy')
    life.world.outside.moods.set(west, 'flaps')
    life.until(() => how(life, id) !== undefined)
    expect([how(life, id), progress(life, id)]).toEqual(['failed', ['restored', 'restored']])
  })

  test('that are red while it is deployed send it back there, and its wave with it', () => {
    const life = settled(baked)
    const [before] = life.world.rows.releases.keys()
    const id = people.push(life.world)
    life.world.outside.moods.set(west, 'red')
    life.until(() => how(life, id) !== undefined)
    expect(how(life, id)).toBe('failed')
    expect(life.state(id)).toMatchObject({ isBad: true, failing: { code: 'monitor-red' } })
    for (const place of [east, west]) expect(life.world.hosts.get(place)?.runs).toBe(before)
  })

  test('that go red in the instant in which the bake ends: the wave goes back as a whole, or none of it', () => {
    const ends = atEveryStep(baked, ({ outside, rows }, id) => {
      outside.moods.set(west, 'red')
      // The calm that follows sets all moods back, so that it is red for this look only.
      rows.enqueue({
        name: 'effect',
        id,
        effect: { type: 'check', path: 'production/0/after/0', attempt: 1 },
      })
    })
    for (const end of ends) expect(['succeeded', 'failed']).toContain(end)
  })
})

describe('going back', () => {
  test('what is red stops its neighbours before it has gone back itself, and all run what ran before', () => {
    const [before] = settled(three).world.rows.releases.keys()
    let isSeenFirst = false
    for (let seed = 1; seed <= 20; seed++) {
      const life = settled(three, seed)
      const id = people.push(life.world)
      life.until(() => life.state(id)?.releaseId != null)
      const { releaseId } = life.state(id) ?? {}
      if (releaseId) life.world.hosts.get(west)?.red.add(releaseId)
      life.end()
      const said = life.world.rows.execution(id).events.map(({ event }) => event)
      const red = said.findIndex(({ type }) => type === 'target-red')
      const failed = said.findIndex(({ type }) => type === 'target-failed' || type === 'target-stopped')
      isSeenFirst ||= red >= 0 && red < failed
      expect([how(life, id), life.state(id)?.isBad]).toEqual(['failed', true])
      expect([...life.world.hosts.values()].map(({ runs }) => runs)).toEqual([before, before, before])
    }
    expect(isSeenFirst).toBe(true)
  })

  test('a rollback that fails in one of three goes on in the others', () => {
    const life = settled(three)
    const id = people.push(life.world)
    life.until(() => life.world.rows.releases.size === 2)
    const [good, red] = [...life.world.rows.releases.keys()]
    if (good === undefined || red === undefined) throw new Error('two were built')
    life.world.hosts.get(environmentId('south'))?.bad.add(red)
    life.world.hosts.get(west)?.bad.add(good)
    life.until(() => how(life, id) !== undefined)
    const [first, second, third] = progress(life, id)
    expect(how(life, id)).toBe('failed')
    expect(third).toBe('failed')
    expect(['restored', 'stopped']).toContain(first)
    expect(['restore-failed', 'stopped']).toContain(second)
  })

  test('a push during a rollback comes after it', () => {
    for (let steps = 0; steps < 60; steps++) {
      const life = settled(one)
      people.push(life.world)
      life.end()
      const back = people.rollBack(life.world, east)
      if (back === undefined) throw new Error('there is nothing to go back to')
      for (let done = 0; done < steps; done++) life.step()
      const next = people.push(life.world)
      life.end()
      expect([how(life, back), how(life, next)]).toEqual(['succeeded', 'succeeded'])
      expect(life.world.hosts.get(east)?.runs).toBe(life.state(next)?.releaseId)
    }
  })

  test('a commit that was bad and is pushed again by force is deployed nowhere, also where it was on its way', () => {
    const life = settled(one)
    const id = people.push(life.world)
    const { commit } = life.world.rows.execution(id)
    life.until(() => life.state(id)?.releaseId != null)
    const { releaseId } = life.state(id) ?? {}
    if (releaseId) life.world.hosts.get(east)?.bad.add(releaseId)
    const again = people.push(life.world, { commit })
    life.end()
    expect([how(life, id), how(life, again)]).toEqual(['failed', 'failed'])
    expect(life.state(again)?.end?.error?.code).toBe('release-is-bad')
    expect(life.world.hosts.get(east)?.changes.at(-1)?.releaseId).toBe(releaseId)
  })
})

describe('a host', () => {
  test('that did it and could not say so says it when it is back, also after a cancel', () => {
    const ends = atEveryStep(one, (world, id) => {
      world.disconnect(east, 200)
      people.cancel(world, id)
    })
    for (const end of ends) expect(['cancelled', 'succeeded']).toContain(end)
  })

  test('refuses what is older than what it has seen', () => {
    const rows = new Rows(new Set(['host-refuses-old-fence']))
    const host = new Host(east, rows, new Seed(1))
    const release: Release = { id: settledRelease, commit: { sha: 'sha', badSince: null }, number: 1 }
    const telling = {
      environmentId: east,
      kind: 'deploy' as const,
      stops: null,
      release,
      isWatched: true,
      wake: { name: 'advance' as const },
    }
    sendCommand(rows, { ...telling, deploymentId: 'newer', fence: 2 }, 600)
    sendCommand(rows, { ...telling, deploymentId: 'older', fence: 1 }, 600)
    for (let second = 0; second < 100; second++) {
      while (host.mayMove()) host.move()
      rows.now += 1000
    }
    expect(host.changes.map(({ deploymentId }) => deploymentId)).toEqual(['newer'])
    expect(rows.commands[1]?.outcome).toEqual({ ok: false, code: 'host-fence-too-old' })
  })
})

const settledRelease = (() => {
  const [release] = settled(one).world.rows.releases.keys()
  if (release === undefined) throw new Error('one was built')
  return release
})()

describe('three targets that answer in any order', () => {
  const orders = Array.from({ length: 20 }, (_, index) => index + 1)

  test('come to the same end when all are well', () => {
    const [first, ...others] = orders.map((seed) => {
      const life = settled(three, seed)
      const id = people.push(life.world)
      life.end()
      return life.state(id)
    })
    for (const other of others) if (first && other) expect(sameEndInAnyOrder(first, other)).toBeUndefined()
    expect(first?.end?.how).toBe('succeeded')
  })

  test('all run what ran before when one is red', () => {
    const ends = orders.map((seed) => {
      const life = settled(three, seed)
      const id = people.push(life.world)
      life.until(() => life.state(id)?.releaseId != null)
      const { releaseId } = life.state(id) ?? {}
      if (releaseId) life.world.hosts.get(west)?.bad.add(releaseId)
      life.end()
      return [how(life, id), life.state(id)?.isBad, ...[...life.world.hosts.values()].map(({ runs }) => runs)]
    })
    const [before] = settled(three).world.rows.releases.keys()
    for (const end of ends) expect(end).toEqual(['failed', true, before, before, before])
  })
})
