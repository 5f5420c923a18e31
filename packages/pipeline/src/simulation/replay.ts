/**
 * `node packages/pipeline/src/simulation/replay.ts SEED [--without GUARD]`: runs one life again and says how it ended;
 * with `--count N` the next N seeds as well, of which only those are named that break a truth.
 */
import { parseArgs } from 'node:util'
import { guards } from './guards.ts'
import { replayLine, simulate } from './simulate.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    without: { type: 'string', multiple: true, default: [] },
    count: { type: 'string', default: '1' },
  },
})
const without = guards.filter((guard) => values.without.includes(guard))
const from = Number(positionals[0] ?? 1)
let isBroken = false
for (let seed = from; seed < from + Number(values.count); seed++) {
  const ran = simulate(seed, without)
  if (ran.broken !== undefined) {
    isBroken = true
    console.log(replayLine(ran, without))
  } else if (values.count === '1') console.log(`${ran.steps} steps, ${ran.ends.join(', ')}`)
}
process.exitCode = isBroken ? 1 : 0
