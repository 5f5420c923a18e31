/**
 * `npm run simulate -- [FOLDER] [--at 2026-12-24T10:00Z] [--wrong PATH] [--red PATH] [--said STAGE=FILE]`: tells what a
 * push of the repository in FOLDER would do, by its slipway.yaml, without making anything. `--wrong` names a place that
 * fails, `--red` a bake that turns red, as the lines name them; FILE holds what the command of an entry that generates
 * would print, where STAGE is what the lines call that entry.
 */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realClock } from '@slipway/core'
import { describeProblem, plan, type Tree } from '@slipway/manifest'
import { simulate } from './simulate.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    at: { type: 'string' },
    wrong: { type: 'string', multiple: true, default: [] },
    red: { type: 'string', multiple: true, default: [] },
    said: { type: 'string', multiple: true, default: [] },
  },
})
const startsAt = values.at === undefined ? realClock.now() : new Date(values.at)
if (Number.isNaN(startsAt.getTime())) {
  console.error(`--at ${values.at} is no time such as 2026-12-24T10:00Z.`)
  process.exit(2)
}
const planned = await plan(folderTree(positionals[0] ?? '.'))
if (!planned.ok) {
  for (const problem of planned.problems) console.error(describeProblem(problem))
  process.exit(1)
}
const { lines } = simulate(planned.plan, {
  startsAt,
  home: { account: 'own account', region: 'own region' },
  said: new Map(values.said.map(saidIn)),
  wrong: [...values.wrong.map((path) => ({ path })), ...values.red.map((path) => ({ path, isRed: true }))],
})
for (const { at, place, words } of lines)
  console.log(`${at.toISOString().slice(0, 16).replace('T', ' ')}  ${place.padEnd(44)} ${words}`)

/** `generate-2=stages.yaml`. */
function saidIn(asked: string): [stage: string, text: string] {
  const [stage = '', ...file] = asked.split('=')
  try {
    return [stage, readFileSync(file.join('='), 'utf8')]
  } catch {
    console.error(
      `--said ${asked} names no file that can be read; it is written like generate-2=stages.yaml.`,
    )
    process.exit(2)
  }
}

/** A folder of the disk as the detection reads a revision. */
function folderTree(root: string): Tree {
  return {
    async list(path) {
      if (!statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory()) return []
      return readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.name !== '.git' && entry.name !== 'node_modules')
        .map((entry) => ({
          name: entry.name,
          kind: entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : 'file',
          executable: entry.isFile() && (lstatSync(join(root, path, entry.name)).mode & 0o100) !== 0,
        }))
    },
    async read(path, bytesMax = 1 << 20) {
      try {
        return readFileSync(join(root, path)).subarray(0, bytesMax)
      } catch {
        return undefined
      }
    },
  }
}
