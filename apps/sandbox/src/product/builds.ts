import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { machineEnvironment, projectFolder } from '../config.ts'
import { digestOf } from '../process/digest.ts'
import { startTethered } from '../process/tethered.ts'
import { buildOnce } from './build-once.ts'

type Setting = { local: string; state: string; python: string }

export const webFolder = join(projectFolder, 'apps/web')
export const nextCommand = join(webFolder, 'node_modules/next/dist/bin/next')

const made = ['node_modules', '.next', '.turbo', 'dist', 'next-env.d.ts', 'tsconfig.tsbuildinfo']

/** The dashboard as `next start` serves it. Says whether it had to be built. */
export function buildWeb(setting: Setting): Promise<boolean> {
  return buildOnce({
    local: setting.local,
    name: 'web',
    digest: digestOf([webFolder], made),
    isThere: () => existsSync(join(webFolder, '.next/BUILD_ID')),
    build: () => runToEnd(setting, 'web-build', [nextCommand, 'build'], webFolder),
  })
}

/** The one file that hosts and runners run, which the worker puts into each connected account's bucket. */
export function buildAgent(setting: Setting): Promise<boolean> {
  const from = ['apps/agent', 'packages/core/src', 'packages/protocol/src'].map((folder) =>
    join(projectFolder, folder),
  )
  return buildOnce({
    local: setting.local,
    name: 'agent',
    digest: digestOf(from, made),
    isThere: () =>
      ['agent', 'gate-worker', 'function-start'].every((name) =>
        existsSync(join(projectFolder, `apps/agent/dist/${name}.mjs`)),
      ),
    build: () => runToEnd(setting, 'agent-build', ['apps/agent/bundle.mjs'], projectFolder),
  })
}

async function runToEnd(setting: Setting, name: string, args: string[], cwd: string): Promise<void> {
  const build = startTethered({
    name,
    command: [process.execPath, ...args],
    cwd,
    environment: { ...machineEnvironment(), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    state: setting.state,
    python: setting.python,
  })
  if ((await build.ended) !== 0)
    throw new Error(`${args.join(' ')} failed; see ${join(setting.state, 'logs', `${name}.log`)}`)
}
