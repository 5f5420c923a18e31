// node smoke.js NAME: one scenario against what has just been deployed.
import { scenarios } from './scenarios.js'

const name = process.argv[2]
await scenarios[name](process.env.SLIPWAY_URL ?? 'http://127.0.0.1:3000')
console.log(`${name}: as promised`)
