// `npm test`: installs what is needed, then check, integration and journeys, each with its time. Stops at the first
// that fails.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { node, prepare, project } from './prepare.mjs'

prepare()
const bin = join(project, 'node_modules/.bin')
const env = { ...process.env, PATH: [dirname(node), bin, process.env.PATH].join(delimiter) }
const parts = [
  ['check', node, ['scripts/check.mjs']],
  ['templates', node, ['scripts/lint-templates.mjs']],
  ['policies', node, ['scripts/lint-policies.mjs']],
  ['integration', join(bin, 'vitest'), ['run', '--project', 'integration']],
  ['integration, one at a time', join(bin, 'vitest'), ['run', '--project', 'alone']],
  ['journeys', join(bin, 'playwright'), ['test', '--config', 'e2e/playwright.config.ts']],
]
/** @type {{ name: string, seconds: number }[]} */
const times = []
for (const [name, command, args] of parts) {
  const started = Date.now()
  const { status } = spawnSync(command, args, { cwd: project, stdio: 'inherit', env })
  times.push({ name, seconds: Math.round((Date.now() - started) / 1000) })
  if (status !== 0) {
    console.error(`✗ ${inWords()}`)
    process.exit(status ?? 1)
  }
}
writeFileSync(join(project, '.local/test-times.json'), JSON.stringify(times))
console.log(`✓ ${inWords()}`)

function inWords() {
  return times.map(({ name, seconds }) => `${name} ${seconds} s`).join(', ')
}
