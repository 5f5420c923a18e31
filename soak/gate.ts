import { type Fuzzed, fuzz } from '../apps/agent/src/gate/fuzz.ts'

const inputs = 1_000_000

/** A million requests made by chance, others each time: see fuzz.ts for what must hold of each. */
export async function soak(): Promise<Record<string, Fuzzed>> {
  const seed = Date.now() % 1_000_000_007
  console.log(`seed ${seed}`)
  return { 'what the gate reads': await fuzz(inputs, seed) }
}
