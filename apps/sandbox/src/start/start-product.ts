import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { machineEnvironment, projectFolder } from '../config.ts'
import { keepRunning } from '../keep-running.ts'
import { startProcess } from '../parts/product-process.ts'
import { buildAgent, buildWeb, nextCommand, webFolder } from '../product/builds.ts'
import { productSettings } from '../product/settings.ts'
import { begin, type ProductPart, type StartSetting } from './setting.ts'
import type { Foundations } from './start-foundations.ts'
import type { Surroundings } from './start-surroundings.ts'

export type Builds = Partial<Record<ProductPart, Promise<boolean>>>

/**
 * Builds what Slipway's processes need and is not there yet: the longest part of a first start, so it begins with it. Each
 * promise is awaited by `startProduct`; one that nobody came to await fails in silence, as the start has failed before it.
 */
export function startBuilds({ state, local, progress }: StartSetting, wanted: ProductPart[]): Builds {
  // Before the sandbox's own Python is installed; any will do to hold a tether.
  const building = { local, state, python: 'python3' }
  const builtOrNot = (built: boolean) => (built ? 'built' : 'as it was')
  const builds: Builds = {}
  if (wanted.includes('web')) builds.web = progress.part('web build', () => buildWeb(building), builtOrNot)
  if (wanted.includes('worker'))
    builds.worker = progress.part('agent', () => buildAgent(building), builtOrNot)
  for (const build of Object.values(builds)) build.catch(() => {})
  return builds
}

/**
 * What requests and agents leave behind is short-lived: a young generation of 8 MB instead of V8's 134 keeps the api
 * with 2,000 agents under 500 MB. In the project's folder.
 */
export const apiCommand = [process.execPath, '--max-semi-space-size=8', 'apps/api/src/main.ts']

/** Slipway itself, as in production: api, worker and web. */
export async function startProduct(
  setting: StartSetting,
  on: Foundations & Surroundings,
  wanted: ProductPart[],
  builds: Builds,
): Promise<void> {
  const { state, ports, progress } = setting
  mkdirSync(join(state, 'git'), { recursive: true })
  const settings = productSettings({ ...on, state, ports })
  const node = process.execPath
  const processes = {
    api: { command: apiCommand, cwd: projectFolder, port: ports.api },
    worker: { command: [node, 'apps/worker/src/main.ts'], cwd: projectFolder, port: undefined },
    web: { command: [node, nextCommand, 'start', '-H', '127.0.0.1'], cwd: webFolder, port: ports.web },
  }
  const startOne = async (name: ProductPart) => {
    await builds[name]
    const environment = { ...machineEnvironment(), ...settings[name] }
    const launch = () => startProcess({ ...processes[name], name, environment, state, tools: on.tools })
    const part = keepRunning(name, launch, (line) => progress.say(`  ${line}`))
    await begin(setting, name, part, () => `pid ${part.pid()}`)
  }
  await Promise.all(wanted.map(startOne))
}
