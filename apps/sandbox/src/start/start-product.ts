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

/** Slipway itself, as in production: api, worker and web, each built first where it must be. */
export async function startProduct(
  setting: StartSetting,
  on: Foundations & Surroundings,
  wanted: ProductPart[],
): Promise<void> {
  const { state, local, ports, progress } = setting
  mkdirSync(join(state, 'git'), { recursive: true })
  const settings = productSettings({ ...on, state, ports })
  const building = { local, state, python: on.tools.python }
  const node = process.execPath
  const processes = {
    api: { command: [node, 'apps/api/src/main.ts'], cwd: projectFolder, port: ports.api },
    worker: { command: [node, 'apps/worker/src/main.ts'], cwd: projectFolder, port: undefined },
    web: { command: [node, nextCommand, 'start', '-H', '127.0.0.1'], cwd: webFolder, port: ports.web },
  }
  const startOne = async (name: ProductPart) => {
    if (name === 'web') await progress.part('web build', () => buildWeb(building), builtOrNot)
    if (name === 'worker') await progress.part('agent', () => buildAgent(building), builtOrNot)
    const environment = { ...machineEnvironment(), ...settings[name] }
    const launch = () => startProcess({ ...processes[name], name, environment, state, tools: on.tools })
    const part = keepRunning(name, launch, (line) => progress.say(`  ${line}`))
    await begin(setting, name, part, () => `pid ${part.pid()}`)
  }
  await Promise.all(wanted.map(startOne))
}

function builtOrNot(built: boolean): string {
  return built ? 'built' : 'as it was'
}
