import { readConfig } from '@slipway/core'
import { gatePortsSetting } from '@slipway/environments'
import { z } from 'zod'

const origin = z.url().transform((url) => new URL(url).origin)

const schema = z.object({
  DATABASE_URL: z.url().describe('Postgres as the role slipway_app, bound by row-level security'),
  SYSTEM_DATABASE_URL: z
    .url()
    .describe('Postgres as the role slipway_system, for the listed paths over tenants'),
  REDIS_URL: z.url().describe('Redis, for rate limits'),
  PUBLIC_URL: origin.describe('the origin under which browsers see Slipway, such as https://slipway.example'),
  APPS_URL: z.string().describe("pattern of a service's address, such as http://{name}.localhost:4700"),
  GIT_ROOT: z.string().min(1).describe('folder of the git repositories'),
  AUTH_SECRET: z.string().min(32).describe('32 characters or more that sign sessions and links'),
  SEAL_KEY: z
    .string()
    .min(32)
    .describe("32 characters or more that seal secrets on their way to a customer; the same as the worker's"),
  HOST_GATE_PORTS: gatePortsSetting.describe(
    'port or range of ports that gates listen on: 80, or 20000-20999 where hosts share a machine',
  ),
  AWS_REGION: z.string().describe('region of our own topic and queue; the api itself has no key to AWS'),
  TEMPLATE_URL: z.url().describe('where CloudFormation fetches the connect template'),
  CONSOLE_URL: z.url().describe('the AWS console, such as https://console.aws.amazon.com'),
  ANNOUNCE_TOPIC_ARN: z.string().describe('SNS topic to which a connect stack announces itself'),
  PLATFORM_ACCOUNT: z
    .string()
    .regex(/^\d{12}$/)
    .describe('our own AWS account'),
  PLATFORM_PRINCIPAL: z.string().describe("the worker's user or role, which customers' roles trust"),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).describe('secret with which Stripe signs its webhooks'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 behind a load balancer'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4701).describe('port to listen on'),
})

export type Config = z.infer<typeof schema>

/** The api's whole configuration, read once; from the process's environment unless a test gives another. */
export function apiConfig(environment: Record<string, string | undefined> = process.env): Config {
  return readConfig(schema, environment)
}
