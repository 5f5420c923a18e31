/**
 * `npm run bench -- NAME [--json]`: runs bench/NAME.ts, which measures in rounds and returns rows, and prints them as
 * a table, or with --json as one line `{"name", "machine", "rows": [{"what", …figures…}]}`.
 */
import { readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { z } from 'zod'

const figures = z.record(z.string(), z.union([z.string(), z.number()]))
const module = z.object({ measure: z.custom<() => Promise<unknown>>((value) => typeof value === 'function') })
const rowsOf = z.array(z.object({ what: z.string() }).and(figures))

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !['run.ts', 'statistics.ts'].includes(file))
  .map((file) => file.slice(0, -3))
const name = process.argv[2]
if (!name || !names.includes(name)) {
  console.error(`Which? npm run bench -- ${names.join(' | ')}`)
  process.exit(1)
}
const { measure } = module.parse(await import(`./${name}.ts`))
const rows = rowsOf.parse(await measure())
if (process.argv.includes('--json')) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`
  console.log(JSON.stringify({ name, machine, rows }))
} else {
  console.table(Object.fromEntries(rows.map(({ what, ...rest }) => [what, rest])))
}
process.exit(0)
