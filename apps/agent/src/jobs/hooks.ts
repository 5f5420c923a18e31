import { type DeploymentSpec, deploymentStream, type Hooks } from '@slipway/protocol'
import { z } from 'zod'
import { type Home, readJson, writeJson } from '../home.ts'
import { jobFailures } from './job-failures.ts'
import type { Jobs } from './jobs.ts'

type HookPoint = keyof Hooks

/** Words of slipway.yaml for a point, which are those of the log and of failures. */
const names: Record<HookPoint, string> = {
  boot: 'boot',
  beforeSwitch: 'before-switch',
  afterSwitch: 'after-switch',
}

type Of = { batch: string; spec: DeploymentSpec; values: Record<string, string> }
type Tools = { jobs: Jobs; say(line: string): void }

/** The hooks of a host, as its deployments run them. */
export type HostHooks = {
  /** Whether this host has not run a boot hook of the spec yet. */
  isBootDue(spec: DeploymentSpec): Promise<boolean>
  /** Runs those that are due, as root; what went well is noted on the host's own disk, and not run there again. */
  boot(of: Of, signal: AbortSignal): Promise<void>
  /** Runs those of one point; `ports`: where the new processes listen. */
  run(point: HookPoint, of: Of, ports: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void>
  /** Of a deployment that is over. */
  forget(batch: string): Promise<void>
}

/**
 * Each hook of a point is run by itself, one service after the other, and the UserError of `jobFailures` that fits is
 * thrown where one does not end well. The same `batch` runs each once, also over an agent that died, until it is forgotten.
 */
export function hooksOn(home: Home, tools: Tools): HostHooks {
  return {
    isBootDue: async (spec) => (await dueAtBoot(home, spec)).length > 0,
    boot: (of, signal) => runBootHooks(home, of, tools, signal),
    async run(point, of, ports, signal) {
      for (const { name } of of.spec.services) await runHook(point, name, of, ports.get(name), tools, signal)
    },
    async forget(batch) {
      for (const { id } of tools.jobs.all()) if (id.startsWith(hookJobId(batch))) await tools.jobs.forget(id)
    },
  }
}

/** Whether the release has a hook at this point. */
export function hasHook({ services }: DeploymentSpec, point: HookPoint): boolean {
  return services.some(({ hooks }) => hooks?.[point] !== undefined)
}

/** What is started anew or put back, and not deployed: what is run around a switch belongs to a deployment. */
export function withoutSwitchHooks(spec: DeploymentSpec): DeploymentSpec {
  const services = spec.services.map(({ hooks, ...service }) => ({
    ...service,
    ...(hooks?.boot && { hooks: { boot: hooks.boot } }),
  }))
  return { ...spec, services }
}

const booted = z.array(z.string())
const bootKey = (service: string, run: string) => `${service}: ${run}`

/** The services whose boot hook did not run on this host yet, in this wording. */
async function dueAtBoot(home: Home, { services }: DeploymentSpec): Promise<string[]> {
  const done = (await readJson(home.booted, booted)) ?? []
  return services.flatMap(({ name, hooks }) =>
    hooks?.boot === undefined || done.includes(bootKey(name, hooks.boot.run)) ? [] : [name],
  )
}

async function runBootHooks(home: Home, of: Of, tools: Tools, signal: AbortSignal): Promise<void> {
  for (const name of await dueAtBoot(home, of.spec)) {
    await runHook('boot', name, of, undefined, tools, signal)
    const run = of.spec.services.find((service) => service.name === name)?.hooks?.boot?.run ?? ''
    const done = (await readJson(home.booted, booted)) ?? []
    await writeJson(home.booted, [...done, bootKey(name, run)])
  }
}

async function runHook(
  point: HookPoint,
  name: string,
  { batch, spec, values }: Of,
  port: number | undefined,
  { jobs, say }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const hook = spec.services.find((service) => service.name === name)?.hooks?.[point]
  if (hook === undefined) return
  const id = `${hookJobId(batch)}${point}:${name}`
  say(`$ ${hook.run}`)
  const isRoot = point === 'boot'
  const stream = deploymentStream(spec.deploymentId)
  const withPort = port === undefined ? values : { ...values, PORT: String(port) }
  await jobs.start({ ...hook, id, name, stream, isRoot }, { spec, values: withPort })
  const end = await jobs.ended(id, signal)
  if (end.code !== 0 || end.isTimedOut)
    throw jobFailures.hookFailed({ ...hook, point: names[point], service: name }, end)
}

/** What the hooks of a deployment are known by until it is over; of any, without its batch. */
export const hookJobId = (batch?: string) => (batch === undefined ? 'hook:' : `hook:${batch}:`)
