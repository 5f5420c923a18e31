import { rmSync } from 'node:fs'
import { platform } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { type BodiesSetting, type Body, bodyFolder, bootBody, disksOf, gateAddressOf } from './body.ts'
import { forgetVolumes } from './forget-volumes.ts'
import { type Instance, instanceRecord, listInstances } from './instance.ts'
import { type BodyProcess, processesIn } from './processes.ts'
import { hostFacts } from './user-data.ts'

// An attachment is a resource of its own, made after its instance runs; a real bootstrap waits for the device too.
const attachWaitMilliseconds = 60_000

type Kept = {
  instance: Instance
  body?: Body
  boots: number
  /** Reboots that the running body has already had. */
  reboots: number
  /** What is done for this instance happens one after the other. */
  queue: Promise<void>
}

export type Bodies = {
  /** Takes the instance's latest state; resolves when its body is as the state says. */
  reconcile(instance: Instance): Promise<void>
  /** Follows the events of an emulator, and takes in what is there already. Call again after it was restarted. */
  follow(events: Readable | NodeJS.ReadableStream): Promise<void>
  list(): {
    instance: Instance
    running: boolean
    folder: string
    gateAddress: string
    gatePort?: number
  }[]
  /** Ends a body at once, as a power cut; the emulator still says that it runs. Nothing boots it but a reboot or start. */
  kill(instanceId: string): Promise<void>
  /** What runs in the body of an instance; empty where none runs. */
  processes(instanceId: string): BodyProcess[]
  stop(): Promise<void>
}

/**
 * Keeps one body for every instance that the emulator says is running, in whichever account. Stopping ends the body and
 * keeps its disks; rebooting ends and boots it; terminating forgets its root folder, while the folders of volumes stay
 * with the volumes.
 */
export function keepBodies(setting: BodiesSetting, report: (line: string) => void): Bodies {
  const kept = new Map<string, Kept>()
  let stopped = false

  const settle = async (one: Kept): Promise<void> => {
    const { instance } = one
    if (stopped) return
    if (instance.state === 'running' && !one.body) return boot(one)
    if (instance.state === 'running') {
      one.body?.metadata.update(instance)
      if (instance.reboots > one.reboots) {
        await end(one)
        return boot(one)
      }
      one.reboots = instance.reboots
      return
    }
    if (instance.state === 'pending') return
    await end(one)
    if (instance.state === 'terminated') {
      rmSync(`${bodyFolder(setting.state, instance)}/root`, { recursive: true, force: true })
      kept.delete(instance.id)
      await forgetVolumes(setting.state, setting.emulatorUrl)
    }
  }

  const boot = async (one: Kept): Promise<void> => {
    if (platform() !== 'linux') return report(`${one.instance.id} has no body: that takes Linux`)
    await untilDisksAttached(one)
    if (stopped || one.instance.state !== 'running') return
    one.boots += 1
    one.reboots = one.instance.reboots
    const body = await bootBody(setting, one.instance, one.boots)
    one.body = body
    report(`${one.instance.id} (${one.instance.account}) boots`)
    body.ended.then((code) => {
      if (!stopped && one.body === body)
        report(`${one.instance.id} (${one.instance.account}) ended with ${code}`)
    })
  }

  const end = async (one: Kept): Promise<void> => {
    const body = one.body
    one.body = undefined
    if (body) await body.stop()
  }

  const reconcile = (instance: Instance): Promise<void> => {
    const known = kept.get(instance.id)
    if (!known && instance.state === 'terminated') return Promise.resolve()
    const one = known ?? { instance, boots: 0, reboots: instance.reboots, queue: Promise.resolve() }
    if (!known) kept.set(instance.id, one)
    moveDisks(one, instance)
    one.instance = instance
    one.queue = one.queue
      .then(() => settle(one))
      .catch((problem: unknown) =>
        report(`${instance.id}: ${problem instanceof Error ? problem.message : problem}`),
      )
    return one.queue
  }

  return {
    reconcile,
    async follow(events) {
      createInterface({ input: events }).on('line', (line) =>
        reconcile(instanceRecord.parse(JSON.parse(line))),
      )
      for (const instance of await listInstances(setting.emulatorUrl)) reconcile(instance)
    },
    list: () =>
      [...kept.values()].map(({ instance, body }) => ({
        instance,
        running: body?.firstProcess() !== undefined,
        folder: bodyFolder(setting.state, instance),
        gateAddress: gateAddressOf(instance),
        gatePort: hostFacts(instance.userData).gatePort,
      })),
    async kill(instanceId) {
      await kept.get(instanceId)?.body?.kill()
    },
    processes: (instanceId) => processesIn(kept.get(instanceId)?.body?.firstProcess()),
    async stop() {
      stopped = true
      await Promise.all([...kept.values()].map(async (one) => one.body?.stop()))
    },
  }
}

/** A volume that is attached to or detached from a running instance appears and disappears in its body. */
function moveDisks(one: Kept, next: Instance): void {
  if (!one.body || next.state !== 'running') return
  const before = disksOf(one.instance)
  const after = disksOf(next)
  const has = (list: typeof before, disk: (typeof before)[number]) =>
    list.some((other) => other.volumeId === disk.volumeId && other.path === disk.path)
  for (const disk of before) if (!has(after, disk)) one.body.detach(disk.path)
  for (const disk of after) if (!has(before, disk)) one.body.attach(disk.volumeId, disk.path)
}

async function untilDisksAttached(one: Kept): Promise<void> {
  const expected = hostFacts(one.instance.userData).disks.length
  const end = Date.now() + attachWaitMilliseconds
  while (disksOf(one.instance).length < expected && one.instance.state === 'running' && Date.now() < end)
    await wait(50)
}
