// `npm test`: installs what is needed, then check, integration and journeys, each with its time. Stops at the first
// that fails.
import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { node, prepare, project } from './prepare.mjs'

prepare()
const bin = join(project, 'node_modules/.bin')
const env = { ...process.env, PATH: [dirname(node), bin, process.env.PATH].join(delimiter) }
const parts = [
  ['check', node, ['scripts/check.mjs']],
  ['integration', join(bin, 'vitest'), ['run', '--project', 'integration']],
  ['journeys', join(bin, 'playwright'), ['test', '--config', 'e2e/playwright.config.ts']],
]
const times = []
for (const [name, command, args] of parts) {
  const started = Date.now()
  const { status } = spawnSync(command, args, { cwd: project, stdio: 'inherit', env })
  times.push(`${name} ${((Date.now() - started) / 1000).toFixed(0)} s`)
  if (status !== 0) {
    console.error(`✗ ${times.join(', ')}`)
    process.exit(status ?? 1)
  }
}
console.log(`✓ ${times.join(', ')}`)
