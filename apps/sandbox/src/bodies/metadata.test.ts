import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Instance } from './instance.ts'
import { type Metadata, startMetadata } from './metadata.ts'

const instance: Instance = {
  account: '222222222222',
  region: 'eu-central-1',
  id: 'i-0123456789abcdef0',
  state: 'running',
  role: null,
  profile: null,
  type: 't4g.small',
  image: 'ami-1',
  zone: 'eu-central-1b',
  privateIp: '10.0.0.7',
  publicIp: null,
  userData: Buffer.from('#!/bin/sh\n').toString('base64'),
  volumes: [],
  reboots: 0,
}

let metadata: Metadata
let token = ''
beforeAll(async () => {
  metadata = await startMetadata(instance, 'http://127.0.0.1:9')
  token = await (await askToken('60')).text()
})
afterAll(() => metadata.close())

const askToken = (seconds: string, headers = {}) =>
  fetch(`${metadata.url}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': seconds, ...headers },
  })
const ask = (path: string, headers: Record<string, string> = { 'x-aws-ec2-metadata-token': token }) =>
  fetch(`${metadata.url}/latest/${path}`, { headers })

test('nothing is told without a token, with a made-up one, or to what was forwarded', async () => {
  expect((await ask('meta-data/instance-id', {})).status).toBe(401)
  expect((await ask('meta-data/instance-id', { 'x-aws-ec2-metadata-token': 'guess' })).status).toBe(401)
  expect((await askToken('60', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(403)
})

test('a token has a lifetime of a second to six hours', async () => {
  for (const seconds of ['0', '21601', 'long']) expect((await askToken(seconds)).status).toBe(400)
  expect((await fetch(`${metadata.url}/latest/api/token`)).status).toBe(405)
})

test('the identity document says account, region and the architecture of the instance type', async () => {
  expect(await (await ask('dynamic/instance-identity/document')).json()).toMatchObject({
    accountId: '222222222222',
    region: 'eu-central-1',
    architecture: 'arm64',
    instanceId: instance.id,
  })
  expect(await (await ask('user-data')).text()).toBe('#!/bin/sh\n')
})

test('an instance without a profile has no credentials', async () => {
  expect((await ask('meta-data/iam/security-credentials/')).status).toBe(404)
})

test('a new address shows without a new endpoint', async () => {
  expect((await ask('meta-data/public-ipv4')).status).toBe(404)
  metadata.update({ ...instance, publicIp: '52.1.2.3' })
  expect(await (await ask('meta-data/public-ipv4')).text()).toBe('52.1.2.3')
})
