import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asRoot } from '../aws/accounts.ts'
import { projectFolder } from '../config.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { installPythonTools } from './python-tools.ts'
import { freePort } from './ready.ts'

const state = mkdtempSync(join(tmpdir(), 'slipway-edge-test-'))
let emulator: Emulator
let domain = ''

const functionCode = `import cf from 'cloudfront'
const kvs = cf.kvs()
async function handler(event) {
  if (event.request.uri === '/throws') await kvs.get('not there')
  const answer = [event.request.uri, await kvs.exists('not there'), (await kvs.meta()).keyCount]
  return { statusCode: 200, headers: {}, body: { encoding: 'text', data: JSON.stringify(answer) } }
}`

const template = {
  Resources: {
    Store: { Type: 'AWS::CloudFront::KeyValueStore', Properties: { Name: 'store' } },
    Edge: {
      Type: 'AWS::CloudFront::Function',
      Properties: {
        Name: 'edge',
        AutoPublish: true,
        FunctionCode: functionCode,
        FunctionConfig: {
          Comment: 'a test',
          Runtime: 'cloudfront-js-2.0',
          KeyValueStoreAssociations: [{ KeyValueStoreARN: { 'Fn::GetAtt': ['Store', 'Arn'] } }],
        },
      },
    },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          Aliases: ['docs.example'],
          Origins: [
            {
              Id: 'files',
              DomainName: 'bucket.s3.us-east-1.amazonaws.com',
              S3OriginConfig: { OriginAccessIdentity: '' },
            },
          ],
          DefaultCacheBehavior: {
            TargetOriginId: 'files',
            ViewerProtocolPolicy: 'redirect-to-https',
            CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
            FunctionAssociations: [
              { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Edge', 'FunctionARN'] } },
            ],
          },
        },
      },
    },
  },
  Outputs: { Domain: { Value: { 'Fn::GetAtt': ['Distribution', 'DomainName'] } } },
}

beforeAll(async () => {
  const tools = await installPythonTools(join(projectFolder, '.local'))
  emulator = await startEmulator({ state, port: await freePort(), tools })
  emulator.events?.resume()
  const client = new CloudFormationClient(asRoot(emulator.url, '222222222222'))
  const StackName = 'edge'
  await client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }))
  for (;;) {
    const [found] = (await client.send(new DescribeStacksCommand({ StackName }))).Stacks ?? []
    if (found?.StackStatus?.endsWith('_IN_PROGRESS')) continue
    expect(found?.StackStatus).toBe('CREATE_COMPLETE')
    domain = found?.Outputs?.[0]?.OutputValue ?? ''
    return
  }
}, 120_000)

afterAll(async () => {
  await emulator.stop()
  rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

function visit(host: string, path = '/'): Promise<{ status: number | undefined; body: string }> {
  const { hostname, port } = new URL(emulator.url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers: { host } }, (response) => {
      let body = ''
      response.on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('a visitor by alias is served as by HTTPS, in whatever account, and its function reads its store', async () => {
  expect(await visit('docs.example', '/a?b')).toEqual({ status: 200, body: '["/a",false,0]' })
  expect(await visit('DOCS.example:4700')).toEqual({ status: 200, body: '["/",false,0]' })
})

test('a visitor by CloudFront’s own name came without TLS, and is sent there', async () => {
  expect((await visit(domain)).status).toBe(301)
})

test('a key that is not there is an error of the function, as at the edge', async () => {
  expect((await visit('docs.example', '/throws')).status).toBe(503)
})

test('another name is none of CloudFront’s', async () => {
  expect((await visit('other.example')).body).not.toContain('false')
})
