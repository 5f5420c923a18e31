import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { Instance } from './instance.ts'
import { scriptOf } from './user-data.ts'

const tokenSecondsMax = 21_600
const renewEarlyMilliseconds = 300_000

export type Metadata = {
  url: string
  /** Takes what changed on the instance, such as its address. */
  update(instance: Instance): void
  close(): Promise<void>
}

type Page = string | Buffer | object | undefined

/**
 * The metadata endpoint of one instance, version 2 only, as
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html has it. Credentials come from the
 * emulator by AssumeRole of the account's root, which stands in for EC2: a role that does not trust ec2.amazonaws.com is
 * refused as on AWS. They are held before they are asked for, because SDKs give the endpoint one second.
 */
export async function startMetadata(first: Instance, emulatorUrl: string): Promise<Metadata> {
  let instance = first
  const startedAt = new Date().toISOString()
  const tokens = new Map<string, number>()
  const credentials = roleCredentials(() => instance, emulatorUrl)
  if (instance.role) credentials()

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace(/\/+$/, '')
    const end = (status: number, body: string | Buffer = '', type = 'text/plain') =>
      response.writeHead(status, { 'content-type': type }).end(body)
    if (request.headers['x-forwarded-for']) return end(403)
    if (path === '/latest/api/token') {
      const seconds = askedSeconds(request)
      if (request.method !== 'PUT') return end(405)
      if (!seconds) return end(400)
      response.setHeader('x-aws-ec2-metadata-token-ttl-seconds', seconds)
      return end(200, newToken(tokens, seconds))
    }
    const token = request.headers['x-aws-ec2-metadata-token']
    if (typeof token !== 'string' || !((tokens.get(token) ?? 0) > Date.now())) return end(401)
    if (request.method !== 'GET') return end(405)
    const page = await pageOf(path.replace(/^\/latest\//, ''), instance, startedAt, credentials)
    if (page === undefined) return end(404)
    if (typeof page === 'string' || Buffer.isBuffer(page)) return end(200, page)
    end(200, JSON.stringify(page), 'application/json')
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address && typeof address === 'object' ? address.port : 0)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    update(next) {
      instance = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function pageOf(
  path: string,
  instance: Instance,
  startedAt: string,
  credentials: () => Promise<object>,
): Promise<Page> {
  const role = instance.role?.split('/').at(-1)
  switch (path) {
    case 'meta-data/instance-id':
      return instance.id
    case 'meta-data/instance-type':
      return instance.type
    case 'meta-data/ami-id':
      return instance.image
    case 'meta-data/local-ipv4':
      return instance.privateIp ?? undefined
    case 'meta-data/public-ipv4':
      return instance.publicIp ?? undefined
    case 'meta-data/placement/availability-zone':
      return instance.zone
    case 'meta-data/placement/region':
      return instance.region
    case 'meta-data/iam/info':
      return role
        ? { Code: 'Success', LastUpdated: startedAt, InstanceProfileArn: instance.profile }
        : undefined
    case 'meta-data/iam/security-credentials':
      return role
    case `meta-data/iam/security-credentials/${role}`:
      return credentials()
    case 'dynamic/instance-identity/document':
      return identityDocument(instance, startedAt)
    case 'user-data':
      return instance.userData ? scriptOf(instance.userData) : undefined
    default:
      return undefined
  }
}

function identityDocument(instance: Instance, startedAt: string): object {
  return {
    accountId: instance.account,
    architecture: /^[a-z]+\d+g/.test(instance.type) ? 'arm64' : 'x86_64',
    availabilityZone: instance.zone,
    imageId: instance.image,
    instanceId: instance.id,
    instanceType: instance.type,
    pendingTime: startedAt,
    privateIp: instance.privateIp,
    region: instance.region,
    version: '2017-09-30',
  }
}

function roleCredentials(current: () => Instance, endpoint: string): () => Promise<object> {
  let held: Held | undefined
  let asking: Promise<object> | undefined
  const ask = async (): Promise<object> => {
    const { account, region, role, id } = current()
    const root = { accessKeyId: account, secretAccessKey: 'stands in for EC2' }
    const sts = new STSClient({ endpoint, region, credentials: root })
    const asked = { RoleArn: role ?? '', RoleSessionName: id, DurationSeconds: 3600 }
    const { Credentials: given } = await sts.send(new AssumeRoleCommand(asked))
    const got = {
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: new Date().toISOString(),
      AccessKeyId: given?.AccessKeyId,
      SecretAccessKey: given?.SecretAccessKey,
      Token: given?.SessionToken,
      Expiration: given?.Expiration?.toISOString() ?? '',
    }
    held = got
    return got
  }
  const refused = (problem: unknown) => ({
    Code: 'AssumeRoleUnauthorizedAccess',
    Message: `EC2 cannot assume the role ${current().role}: ${problem instanceof Error ? problem.message : problem}`,
    LastUpdated: new Date().toISOString(),
  })
  return async () => {
    if (held && Date.parse(held.Expiration) - Date.now() > renewEarlyMilliseconds) return held
    const answer = asking ?? ask().catch(refused)
    asking = answer
    return answer.finally(() => {
      asking = undefined
    })
  }
}

type Held = { Expiration: string }

function askedSeconds(request: IncomingMessage): number | undefined {
  const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds'])
  return seconds >= 1 && seconds <= tokenSecondsMax ? seconds : undefined
}

function newToken(tokens: Map<string, number>, seconds: number): string {
  const now = Date.now()
  if (tokens.size > 1000) for (const [token, until] of tokens) if (until < now) tokens.delete(token)
  const token = randomBytes(42).toString('base64')
  tokens.set(token, now + seconds * 1000)
  return token
}
