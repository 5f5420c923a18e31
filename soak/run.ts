/** `npm run soak -- NAME`: runs soak/NAME.ts, which takes minutes, and prints what it saw. It fails by throwing. */
import { readdirSync } from 'node:fs'
import { z } from 'zod'

const module = z.object({ soak: z.custom<() => Promise<unknown>>((value) => typeof value === 'function') })
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
const name = process.argv[2]
if (!name || !names.includes(name)) {
  console.error(`Which? npm run soak -- ${names.join(' | ')}`)
  process.exit(1)
}
const { soak } = module.parse(await import(`./${name}.ts`))
console.table(await soak())
process.exit(0)
