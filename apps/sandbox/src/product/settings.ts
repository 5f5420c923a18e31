import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Platform } from '../aws/platform.ts'
import type { Ports } from '../ports.ts'

const secrets = z.object({
  authSecret: z.string(),
  databasePassword: z.string(),
  sealKey: z.string(),
  stripeWebhookSecret: z.string(),
})

export type Secrets = z.infer<typeof secrets>

/** Secrets of this sandbox, made at its first start and kept with its state. */
export function openSecrets(state: string): Secrets {
  const file = join(state, 'secrets.json')
  try {
    return secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    const made = {
      authSecret: randomBytes(32).toString('base64url'),
      databasePassword: randomBytes(16).toString('hex'),
      sealKey: randomBytes(32).toString('base64'),
      stripeWebhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
    }
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
    return made
  }
}

/** Names under `localhost` lead to this machine in every browser, without a line in /etc/hosts. */
export const appsDomain = 'localhost'

/** Where browsers see Slipway. The name and not the address, since passkeys and secure cookies ask for a name. */
export function publicUrl(ports: Ports): string {
  return `http://${appsDomain}:${ports.front}`
}

/**
 * The configuration of the product's processes: only endpoints, as for any private installation. `worker` alone gets a
 * key of AWS.
 */
export function productSettings(from: {
  state: string
  ports: Ports
  secrets: Secrets
  platform: Platform
  database: { url: string; systemUrl: string }
  emulatorUrl: string
  /** The way to AWS of Slipway and its hosts, on which faults can be asked for. */
  awsUrl: string
}): Record<'api' | 'worker' | 'web', Record<string, string>> {
  const { ports, platform } = from
  const common = {
    NODE_ENV: 'production',
    DATABASE_URL: from.database.url,
    SYSTEM_DATABASE_URL: from.database.systemUrl,
    REDIS_URL: `redis://127.0.0.1:${ports.valkey}`,
    PUBLIC_URL: publicUrl(ports),
    APPS_URL: `http://{name}.${appsDomain}:${ports.front}`,
    APPS_DOMAIN: appsDomain,
    APPS_ZONE_ID: platform.zoneId,
    GIT_ROOT: join(from.state, 'git'),
    AUTH_SECRET: from.secrets.authSecret,
    SEAL_KEY: from.secrets.sealKey,
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    MAIL_FROM: 'Slipway <slipway@localhost>',
    AWS_REGION: platform.region,
    ANNOUNCE_TOPIC_ARN: platform.announceTopicArn,
    ANNOUNCE_QUEUE_URL: platform.announceQueueUrl,
    ANNOUNCE_RESPONSE_ORIGINS: from.emulatorUrl,
    TEMPLATE_URL: platform.templateUrl,
    CONSOLE_URL: `${publicUrl(ports)}/sandbox/console`,
    PLATFORM_ACCOUNT: platform.account,
    PLATFORM_PRINCIPAL: platform.principal,
    HOST_GATE_PORTS: ports.gates.join('-'),
    HOST_ENDPOINT: `ws://127.0.0.1:${ports.front}/agent`,
    STRIPE_SECRET_KEY: 'sk_test_sandbox',
    STRIPE_WEBHOOK_SECRET: from.secrets.stripeWebhookSecret,
    STRIPE_HOST: '127.0.0.1',
    STRIPE_PORT: String(ports.stripe),
    STRIPE_PROTOCOL: 'http',
  }
  return {
    api: { ...common, PORT: String(ports.api) },
    worker: {
      ...common,
      AWS_ENDPOINT_URL: from.awsUrl,
      EDGE_ENDPOINT_URL: from.emulatorUrl,
      AWS_ACCESS_KEY_ID: platform.accessKeyId,
      AWS_SECRET_ACCESS_KEY: platform.secretAccessKey,
      HOST_AWS_ENDPOINT: from.awsUrl,
      // Apps answer on this machine.
      EGRESS_INNER_ORIGINS: `http://*.${appsDomain}:${ports.front}`,
    },
    web: { NODE_ENV: 'production', PORT: String(ports.web), NEXT_TELEMETRY_DISABLED: '1' },
  }
}
