import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asRoot } from './aws/accounts.ts'
import { type Sandbox, startSandbox } from './start-sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-start-test-'))
let sandbox: Sandbox

const start = () => startSandbox({ folder, product: [] })
const ask = async (path: string, options: RequestInit = {}) => {
  const answer = await fetch(`http://127.0.0.1:${sandbox.ports.front}/sandbox${path}`, options)
  return { status: answer.status, text: await answer.text() }
}

beforeAll(async () => {
  sandbox = await start()
}, 180_000)
afterAll(async () => {
  await sandbox.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

test('the database has its roles and tables, and the clock moves forward only', async () => {
  const { rows } = await query('select offset_milliseconds from clock_offset')
  expect(rows).toEqual([{ offset_milliseconds: '0' }])
  const nextMonth = new Date(Date.now() + 40 * 86_400_000)
  await sandbox.moveClock(nextMonth)
  expect(Math.abs(sandbox.clock.now().getTime() - nextMonth.getTime())).toBeLessThan(5000)
  await expect(sandbox.moveClock(new Date())).rejects.toThrow('only moves forward')
})

test('the console makes a stack from a quick-create link, and not without the tick', async () => {
  const { status, text } = await ask(`/console/quick-create?${new URLSearchParams(link())}`)
  expect(status).toBe(200)
  expect(text).toContain('name="param_ExternalId" value="eeee')
  expect(text).toContain('AWS::IAM::Role')
  const form = { ...link(), account: '222222222222', region: 'us-east-1', name: 'connect' }
  const post = (body: Record<string, string>) =>
    ask('/console/stacks', { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' })
  expect((await post(form)).text).toContain('CAPABILITY_NAMED_IAM')
  expect((await post({ ...form, acknowledged: 'yes' })).status).toBe(303)
  const stack = await ask('/console/stack?account=222222222222&region=us-east-1&name=connect')
  expect(stack.text).toContain('CREATE_COMPLETE')
})

test('another site may not press its buttons', async () => {
  const headers = { origin: 'http://evil.example', 'content-type': 'application/json' }
  expect((await ask('/clock', { method: 'POST', headers, body: '{"days":"1"}' })).status).toBe(403)
})

test('a fault that is asked for on its page meets the calls of Slipway until it is ended', async () => {
  const ec2 = new EC2Client({
    ...asRoot(`http://127.0.0.1:${sandbox.ports.faultDoor}`, '222222222222'),
    maxAttempts: 1,
  })
  const body = new URLSearchParams({ kind: 'denied', service: 'ec2', action: '', times: '' })
  expect((await ask('/faults', { method: 'POST', body })).status).toBe(200)
  await expect(ec2.send(new DescribeVolumesCommand({}))).rejects.toThrow('not authorized')
  expect((await ask('/faults', { headers: { accept: 'text/html' } })).text).toContain('<td>denied</td>')
  const [asked] = JSON.parse((await ask('/faults')).text)
  expect(asked.met).toEqual([{ account: '222222222222', service: 'ec2', action: 'DescribeVolumes' }])
  await ask('/faults', { method: 'POST', body: new URLSearchParams({ end: String(asked.id) }) })
  await ec2.send(new DescribeVolumesCommand({}))
  const wrong = new URLSearchParams({ kind: 'earthquake' })
  expect((await ask('/faults', { method: 'POST', body: wrong })).status).toBe(400)
})

test('a killed part stays down until it is started again, and has lost nothing', async () => {
  await query('create table kept (word text)')
  await query("insert into kept values ('here')")
  await sandbox.kill('postgres')
  expect(sandbox.pid('postgres')).toBeUndefined()
  await expect(query('select 1')).rejects.toThrow()
  await sandbox.restart('postgres')
  expect((await query('select word from kept')).rows).toEqual([{ word: 'here' }])
})

test('a second start has the data of the first', async () => {
  await sandbox.stop()
  sandbox = await start()
  expect((await query('select word from kept')).rows).toEqual([{ word: 'here' }])
  expect(sandbox.clock.offsetMilliseconds()).toBeGreaterThan(39 * 86_400_000)
  const stack = await ask('/console/stack?account=222222222222&region=us-east-1&name=connect')
  expect(stack.text).toContain('CREATE_COMPLETE')
}, 120_000)

function link(): Record<string, string> {
  return {
    templateURL: `${sandbox.emulatorUrl}/slipway-templates-111111111111/connect.json`,
    stackName: 'connect',
    param_ConnectionId: 'con_0123456789abc',
    param_ExternalId: 'e'.repeat(43),
    param_SlipwayAccount: '111111111111',
    param_SlipwayPrincipal: 'arn:aws:iam::111111111111:user/slipway-worker',
    param_AnnounceTopic: '',
  }
}

async function query(text: string) {
  const client = new pg.Client({
    connectionString: sandbox.databaseUrls.adminUrl.replace(/postgres$/, 'slipway'),
  })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}
