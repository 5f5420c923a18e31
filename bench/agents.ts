import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { agentPath } from '../apps/api/src/agent-channel.ts'
import type { Order, Told } from './agents/clients.ts'
import { addHosts, admitAll } from './agents/hosts.ts'
import { startBenchApi } from './ground/api.ts'
import { startBenchPostgres } from './ground/postgres.ts'
import { median, medianAndSpread } from './statistics.ts'

const agents = 2000
const rounds = 3
const talkMilliseconds = 5000
/** So long after all have enrolled V8 has given back what that took. */
const restMilliseconds = 15_000
const floor = { memoryMegabytes: 500, secondsBack: 60 }
/** A quiet agent's minute: health and figures each minute, its heartbeat each fifth. */
const neededPerSecond = (agents * 2.2) / 60

/**
 * Two thousand agents at one api, by the channel that agents have, in another process: what the api's process takes of
 * memory, how many messages a second it stores and acknowledges when each agent says the next one then, and how long it
 * takes from the api's death until a new one has welcomed them all.
 */
export async function measure() {
  const postgres = await startBenchPostgres({ connectionsMax: 5 })
  const api = await startBenchApi(postgres)
  const clients = startClients()
  try {
    const hosts = await addHosts(postgres.db, agents)
    const alone = memoryOf(api.pid())
    const enrolling = new AbortController()
    const admitting = admitAll(postgres.db, enrolling.signal)
    clients.tell({ do: 'connect', endpoint: `ws://127.0.0.1:${api.port}${agentPath}`, hosts })
    await clients.allOpen()
    enrolling.abort()
    await admitting
    await wait(restMilliseconds)
    const connected = memoryOf(api.pid())
    const perSecond: number[] = []
    const talking: number[] = []
    for (let round = 0; round < rounds; round++) {
      perSecond.push(await clients.acknowledgedPerSecond())
      talking.push(memoryOf(api.pid()))
    }
    const back: number[] = []
    const listening: number[] = []
    const memoryBack: number[] = []
    for (let round = 0; round < rounds; round++) {
      const diedAt = performance.now()
      await api.restart()
      listening.push((performance.now() - diedAt) / 1000)
      await clients.allOpen()
      back.push((performance.now() - diedAt) / 1000)
      memoryBack.push(memoryOf(api.pid()))
    }
    const memory = (what: string, values: number[]) => ({
      what: `memory MB, ${what}`,
      figure: medianAndSpread(values),
      'of the limit': (median(values) / floor.memoryMegabytes).toFixed(2),
    })
    return [
      memory('no agents', [alone]),
      memory(`${agents} connected, at rest`, [connected]),
      memory(`${agents} talking`, talking),
      memory(`${agents} back after a restart`, memoryBack),
      {
        what: 'messages/s stored',
        figure: medianAndSpread(perSecond),
        'of the limit': `${(median(perSecond) / neededPerSecond).toFixed(1)} × what they say`,
      },
      {
        what: 'seconds from death to all back',
        figure: medianAndSpread(back, 1),
        'of the limit': (median(back) / floor.secondsBack).toFixed(2),
      },
      {
        what: 'of these until it listened',
        figure: medianAndSpread(listening, 1),
        'of the limit': (median(listening) / floor.secondsBack).toFixed(2),
      },
    ]
  } finally {
    clients.end()
    await api.close()
    await postgres.close()
  }
}

function startClients() {
  const child: ChildProcess = fork(new URL('./agents/clients.ts', import.meta.url))
  let told: Told = { open: 0, acknowledged: 0 }
  child.on('message', (message: Told) => {
    told = message
  })
  const tell = (order: Order) => child.send(order)
  return {
    tell,
    async allOpen() {
      while (told.open < agents) await wait(50)
    },
    async acknowledgedPerSecond() {
      const { acknowledged } = told
      const startedAt = performance.now()
      tell({ do: 'talk' })
      await wait(talkMilliseconds)
      const count = told.acknowledged - acknowledged
      const seconds = (performance.now() - startedAt) / 1000
      tell({ do: 'be silent' })
      await wait(1000)
      return count / seconds
    },
    end: () => child.kill(),
  }
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
}
