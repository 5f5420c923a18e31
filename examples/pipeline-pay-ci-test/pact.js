// node pact.js check|tag TAG: asks the Pact broker whether this commit gets on with what runs there, or tells it
// that this commit runs there now.
import { execFileSync } from 'node:child_process'

const [verb, tag] = process.argv.slice(2)
const version = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
const broker = process.env.PACT_BROKER_URL

if (verb === 'check') {
  const asked = new URLSearchParams({ pacticipant: 'publicapi', version, to: tag })
  const { summary } = await (await fetch(`${broker}/can-i-deploy?${asked}`)).json()
  console.log(summary.reason)
  process.exitCode = summary.deployable ? 0 : 1
} else {
  const path = `/pacticipants/publicapi/versions/${version}/tags/${tag}`
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${broker}${path}`, { method: 'PUT', headers, body: '{}' })
  if (!response.ok) throw new Error(`the broker answered ${response.status}`)
}
