// Prints the stages that come behind staging: one a cell, smaller ones first, and large ones bake for longer.
import { readFileSync } from 'node:fs'

const cells = JSON.parse(readFileSync(new URL('./cells.json', import.meta.url), 'utf8'))
const stages = cells
  .toSorted((one, other) => Number(one.isLarge) - Number(other.isLarge))
  .map(({ cell, regions, isLarge }) => ({
    stage: cell,
    account: 'prod',
    waves: [{ regions, bake: { minutes: isLarge ? 240 : 60, requests: 100 } }],
  }))
console.log(JSON.stringify(stages, null, 2))
