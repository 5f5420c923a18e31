// Everything that needs no running system: types, lint, floors and circles, unused code, unit tests.
// Stops at the first that fails and says how long each took. Usage: npm run check
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const parts = [
  ['types', 'turbo', 'run', 'types', '--output-logs=errors-only'],
  ['types of scripts', 'tsc', '-p', '.'],
  ['lint', 'biome', 'check', '--error-on-warnings'],
  ['floors', 'depcruise', 'packages', 'apps', 'infra', '--config', '.dependency-cruiser.mjs'],
  ['unused', 'knip'],
  ['unit', 'vitest', 'run', '--project', 'unit'],
]
for (const [name, command, ...args] of parts) {
  const started = Date.now()
  const { status } = spawnSync(`${root}node_modules/.bin/${command}`, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  })
  console.log(`${status === 0 ? '✓' : '✗'} ${name} ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (status !== 0) process.exit(status ?? 1)
}
