/**
 * `npm run matrix -- NAME [ROW…]`: runs the rows of matrix/NAME.ts one after the other, or those whose names have one of these
 * words in them, and prints each with what was seen. It takes minutes, and ends with 1 when a row was not as it should be.
 */
import { readdirSync } from 'node:fs'
import { z } from 'zod'
import type { Matrix } from './row.ts'

const module = z.object({ matrix: z.custom<() => Promise<Matrix>>((value) => typeof value === 'function') })
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !['run.ts', 'row.ts'].includes(file))
  .map((file) => file.slice(0, -3))
const [name, ...words] = process.argv.slice(2)
if (!name || !names.includes(name)) {
  console.error(`Which? npm run matrix -- ${names.join(' | ')}`)
  process.exit(1)
}
const { matrix } = module.parse(await import(`./${name}.ts`))
const { rows, close } = await matrix()
const chosen = rows.filter((row) => words.length === 0 || words.some((word) => row.name.includes(word)))
let failed = 0
for (const row of chosen) {
  const startedAt = performance.now()
  const seen = await row.run().catch((error: unknown) => {
    failed++
    return `NOT SO: ${error instanceof Error ? error.message : String(error)}`
  })
  console.log(`${row.name}\n  ${seen} (${Math.round((performance.now() - startedAt) / 1000)} s)`)
}
console.log(`${chosen.length - failed} of ${chosen.length} rows are as they should be`)
await close()
process.exit(failed > 0 ? 1 : 0)
