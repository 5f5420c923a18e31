import { ACMClient } from '@aws-sdk/client-acm'
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SSMClient } from '@aws-sdk/client-ssm'
// What the store's client signs with; the SDK finds it by its having been loaded.
import '@aws-sdk/signature-v4a'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type CloudAccountId, type OrganisationId, realClock, UserError } from '@slipway/core'
import type { CloudConfig } from './cloud-config.ts'
import { controlRoleArn } from './names.ts'
import type { Purpose } from './permissions/control.ts'
import { sessionPolicy, sessionTags } from './session-policy.ts'

/** The shortest session that STS gives, and the longest that we take. */
const sessionSeconds = 900
/** A kept session is used until it has this much left, so that no call outlives it. */
const sessionSecondsLeftMin = 300

/** A connection, as much of it as is needed to act in its account. `number` is its twelve digits. */
export type Connection = {
  id: CloudAccountId
  organisationId: OrganisationId
  number: string
  externalId: string
}

export type AwsClients = {
  acm: ACMClient
  autoScaling: AutoScalingClient
  balancing: ElasticLoadBalancingV2Client
  cloudFormation: CloudFormationClient
  cloudWatch: CloudWatchClient
  ec2: EC2Client
  keyValues: CloudFrontKeyValueStoreClient
  lambda: LambdaClient
  logs: CloudWatchLogsClient
  s3: S3Client
  ssm: SSMClient
  serviceQuotas: ServiceQuotasClient
}

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

type AssumeAttempt =
  | { assumed: true; credentials: Credentials; packedPolicyPercent: number; expiresAt: Date }
  | { assumed: false; code: string; message: string }

/**
 * The only way to AWS in a customer's account: a session for one organisation, one cloud account, one purpose
 * and one region, of 15 minutes at most, with that purpose's policy, the organisation as source identity and
 * both as tags. `mayAssume` is the installation's switch and is asked before every use, also of a kept session.
 */
export type Sessions = {
  /**
   * Clients of such a session. Throws a `cloud-account-refused` UserError where the account's role does not
   * admit us, and `assumption-stopped` while the switch is off.
   */
  clients(connection: Connection, purpose: Purpose, region: string): Promise<AwsClients>
  /** For proving a connection: one attempt, with the external id, with another, or with none. Nothing is kept. */
  attempt(connection: Connection, externalId: string | undefined): Promise<AssumeAttempt>
  /** Ends what is kept for a connection: its role may have been made anew, and sessions of the old one are void. */
  forget(id: CloudAccountId): void
  /** The account that credentials belong to: twelve digits. */
  accountOf(credentials: Credentials): Promise<string>
  close(): void
}

export function openSessions(
  config: CloudConfig,
  mayAssume: () => Promise<boolean>,
  /** Told of every connected account that refuses us. */
  onRefused: (connection: Connection) => Promise<void>,
): Sessions {
  const sts = new STSClient({ ...ownSettings(config), region: config.awsRegion })
  const kept = new Map<string, { clients: AwsClients; expiresAt: Date }>()

  async function assume(connection: Connection, purpose: Purpose, region: string, externalId?: string) {
    await refuseWhileStopped(mayAssume)
    const { Credentials: given, PackedPolicySize } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: controlRoleArn(connection.number, connection.id),
        RoleSessionName: `slipway-${purpose}`,
        DurationSeconds: sessionSeconds,
        Policy: sessionPolicy(purpose, { account: connection.number, connection: connection.id, region }),
        SourceIdentity: connection.organisationId,
        Tags: sessionTags(connection.organisationId, purpose),
        ...(externalId !== undefined && { ExternalId: externalId }),
      }),
    )
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken)
      throw new Error('STS answered AssumeRole without credentials')
    const credentials = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    }
    return {
      credentials,
      packedPolicyPercent: PackedPolicySize ?? 0,
      expiresAt: given.Expiration ?? new Date(0),
    }
  }

  return {
    async clients(connection, purpose, region) {
      await refuseWhileStopped(mayAssume)
      const key = [connection.organisationId, connection.id, connection.number, purpose, region].join(' ')
      const held = kept.get(key)
      // Sessions end by AWS's clock, not by the product's.
      if (held && held.expiresAt.getTime() - realClock.now().getTime() > sessionSecondsLeftMin * 1000)
        return held.clients
      const session = await assume(connection, purpose, region, connection.externalId).catch(
        async (error) => {
          if (!isRefusal(error)) throw error
          await onRefused(connection)
          throw refused(connection, error)
        },
      )
      if (held) endClients(held.clients)
      const clients = makeClients(config, session.credentials, region)
      kept.set(key, { clients, expiresAt: session.expiresAt })
      return clients
    },

    async attempt(connection, externalId) {
      try {
        return { assumed: true, ...(await assume(connection, 'observe', config.awsRegion, externalId)) }
      } catch (error) {
        if (!isRefusal(error)) throw error
        return { assumed: false, code: error.name, message: error.message }
      }
    },

    forget(id) {
      for (const [key, { clients }] of kept) {
        if (key.split(' ')[1] !== id) continue
        endClients(clients)
        kept.delete(key)
      }
    },

    async accountOf(credentials) {
      const client = new STSClient({ ...settings(config), credentials, region: config.awsRegion })
      const { Account } = await client.send(new GetCallerIdentityCommand({}))
      client.destroy()
      return Account ?? ''
    },

    close() {
      for (const { clients } of kept.values()) endClients(clients)
      kept.clear()
      sts.destroy()
    },
  }
}

/** Settings of every client: where AWS is, and how long one call may take. */
function settings(config: CloudConfig) {
  return {
    ...(config.awsEndpoint && { endpoint: config.awsEndpoint }),
    maxAttempts: 4,
    // Unless it is told to throw, the SDK only warns of a call that is never answered, and waits on.
    requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  }
}

/** The same with the worker's own key, for what lies in Slipway's account. */
export function ownSettings(config: CloudConfig) {
  return { ...settings(config), ...(config.credentials && { credentials: config.credentials }) }
}

function makeClients(config: CloudConfig, credentials: Credentials, region: string): AwsClients {
  const all = { ...settings(config), credentials, region }
  return {
    acm: new ACMClient(all),
    autoScaling: new AutoScalingClient(all),
    balancing: new ElasticLoadBalancingV2Client(all),
    cloudFormation: new CloudFormationClient(all),
    cloudWatch: new CloudWatchClient(all),
    ec2: new EC2Client(all),
    keyValues: new CloudFrontKeyValueStoreClient({ ...all, ...keyValuesAt(config) }),
    lambda: new LambdaClient(all),
    logs: new CloudWatchLogsClient(all),
    s3: new S3Client(all),
    ssm: new SSMClient(all),
    serviceQuotas: new ServiceQuotasClient(all),
  }
}

/**
 * The store's service puts the account's number in front of its own name, and signs for all regions. In front of an
 * endpoint of one's own, which is an address, no number can stand.
 */
function keyValuesAt({ awsEndpoint }: CloudConfig) {
  if (awsEndpoint === undefined) return {}
  const signed = { name: 'sigv4a', signingName: 'cloudfront-keyvaluestore', signingRegionSet: ['*'] }
  const authSchemes = [{ ...signed, signingRegion: '*', properties: {} }]
  return {
    endpointProvider: () => ({ url: new URL(awsEndpoint), properties: { authSchemes } }),
    // How it is signed is worked out by AWS's own rules beside that, for which any name will do.
    endpoint: 'https://cloudfront-kvs.invalid',
  }
}

function endClients(clients: AwsClients): void {
  for (const client of Object.values(clients)) client.destroy()
}

/** STS says both, for a role that is not there and for one that does not admit us: it does not tell which. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'AccessDenied' || error.name === 'AccessDeniedException')
}

async function refuseWhileStopped(mayAssume: () => Promise<boolean>): Promise<void> {
  if (await mayAssume()) return
  throw new UserError({
    code: 'assumption-stopped',
    kind: 'failed',
    what: 'Slipway is not acting in AWS accounts at the moment.',
    why: 'Its operators stopped it, for all accounts, until a fault of Slipway has been looked into.',
    todo: 'Nothing. Your apps run on, and what waits goes on when it is over.',
  })
}

function refused(connection: Connection, cause: Error): UserError {
  return new UserError(
    {
      code: 'cloud-account-refused',
      kind: 'failed',
      what: `AWS account ${connection.number} does not let Slipway in.`,
      why: 'The role that the connect stack made is gone, or what it trusts was changed.',
      todo: 'Open the cloud account and press "Check again"; if it stays so, launch the connect stack again.',
      details: [cause.message],
    },
    { cause },
  )
}
