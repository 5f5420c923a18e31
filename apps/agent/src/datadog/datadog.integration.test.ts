import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { type DatadogSpec, datadogOutput } from '@slipway/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, controlPlane } from '../testing/control-plane.ts'
import { datadog, datadogKeys } from '../testing/datadog.ts'
import { startEmulator } from '../testing/emulator.ts'
import { type AgentFolder, agentFolder, endAllOf, keepRunning } from '../testing/running-agent.ts'

/** The real agent of a host with the keys in a Parameter Store, and Datadog's API by its side's own description. */
let root: string
let emulator: Awaited<ReturnType<typeof startEmulator>>
let there: Awaited<ReturnType<typeof datadog>>
let plane: ControlPlane
let at: AgentFolder
let agent: ReturnType<typeof keepRunning>

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-datadog-'))
  const bundler = fileURLToPath(new URL('../../bundle.mjs', import.meta.url))
  const bundle = execFileSync(process.execPath, [bundler], { encoding: 'utf8' }).trim()
  emulator = await startEmulator(path.join(root, 'aws'))
  there = await datadog({ 1: 'OK', 2: 'Alert', 3: 'No Data', 4: 'moved' })
  plane = await controlPlane()
  const awsEndpoint = emulator.endpoint
  at = await agentFolder(path.join(root, 'host'), {
    kind: 'host',
    endpoint: plane.endpoint,
    awsEndpoint,
    bucket: 'none',
  })
  const credentials = { accessKeyId: '222222222222', secretAccessKey: 'root' }
  const ssm = new SSMClient({ endpoint: awsEndpoint, region: 'us-east-1', credentials })
  const { api, app } = datadogKeys
  // As it is pasted into a form.
  const values = { DD_API_KEY: api, DD_APP_KEY: `${app}\n`, WRONG: 'c'.repeat(32), TWO_LINES: 'one\ntwo' }
  for (const [name, Value] of Object.entries(values))
    await ssm.send(new PutParameterCommand({ Name: `/slipway/test/${name}`, Value, Type: 'SecureString' }))
  agent = keepRunning(bundle, 'agent', { ...at, env: { ...at.env, DD_HOST: there.endpoint } })
})
afterAll(async () => {
  await agent?.stop()
  if (at) endAllOf(at.folder)
  await plane?.close()
  await there?.close()
  await emulator?.stop()
  if (root) rmSync(root, { recursive: true, force: true })
})

const secret = (name: string) => ({ name, parameter: `/slipway/test/${name}`, version: 1 })
const spec = (monitor: string, more: Partial<DatadogSpec> = {}): DatadogSpec => ({
  site: 'datadoghq.eu',
  monitor,
  apiKey: secret('DD_API_KEY'),
  appKey: secret('DD_APP_KEY'),
  ...more,
})
async function ask(of: DatadogSpec) {
  const outcome = await plane.result(plane.command({ kind: 'datadog', spec: of }, 0))
  if (!outcome.ok) throw new Error(outcome.error.code)
  return datadogOutput.parse(outcome.output)
}
const said = (status: number, state: string | null = null) => ({
  is: 'answered',
  status,
  state,
  since: state && '2026-11-24T09:55:48+00:00',
})

it.each([
  ['is well', '1', said(200, 'OK')],
  ['alerts', '2', said(200, 'Alert')],
  ['has no data', '3', said(200, 'No Data')],
  ['is not there', '9', said(404)],
  ['lies elsewhere, where the keys are not taken', '4', said(302)],
])('a host tells of a monitor that %s', async (_, monitor, answer) => {
  expect(await ask(spec(monitor))).toEqual(answer)
})

it('keys that Datadog does not take are its answer', async () => {
  expect(await ask(spec('1', { appKey: secret('WRONG') }))).toEqual(said(403))
})

it('a key that no header can hold is not repeated', async () => {
  const answer = await ask(spec('1', { appKey: secret('TWO_LINES') }))
  expect(answer).toEqual({ is: 'silent', words: 'the question could not be sent with these keys' })
})

it('a key that is not in the Parameter Store fails with its name', async () => {
  await expect(ask(spec('1', { apiKey: secret('NOBODY') }))).rejects.toThrow('secret-not-readable')
})

it('no key is told to Slipway, or kept on the disk of the host', async () => {
  await ask(spec('1'))
  const files = readdirSync(path.join(at.folder, 'state'), { recursive: true, withFileTypes: true })
  const kept = files.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name))
  const all = [JSON.stringify(plane.heard), ...kept.map((file) => readFileSync(file, 'utf8'))].join('\n')
  for (const value of Object.values(datadogKeys)) expect(all).not.toContain(value)
})

it('Datadog away is silence, and no failure', async () => {
  await there.close()
  expect(await ask(spec('1'))).toEqual({ is: 'silent', words: 'no answer (ECONNREFUSED)' })
})
