/**
 * The load of load.ts in a process of its own, so that it measures and does not disturb:
 * `node load-process.ts PORT HOST PER_SECOND`, until its input ends; then one line of JSON.
 */
import { load } from './load.ts'

const [port, host = '', perSecond] = process.argv.slice(2)
const traffic = load({ port: Number(port), host, perSecond: Number(perSecond) })
process.stdin.resume()
process.stdin.once('end', async () => {
  console.log(JSON.stringify(await traffic.stop()))
  process.exit(0)
})
