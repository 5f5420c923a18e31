import { readConfig } from '@slipway/core'
import { gatePortsSetting } from '@slipway/environments'
import { z } from 'zod'

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

const schema = z.object({
  DATABASE_URL: z.url().describe('Postgres as the role slipway_app, bound by row-level security'),
  SYSTEM_DATABASE_URL: z
    .url()
    .describe('Postgres as the role slipway_system, for the listed paths over tenants'),
  REDIS_URL: z.url().describe('Redis, for the queue'),
  PUBLIC_URL: z
    .url()
    .transform((url) => new URL(url).origin)
    .describe('the origin under which browsers see Slipway'),
  APPS_URL: z.string().describe("pattern of a service's address, such as http://{name}.localhost:4700"),
  APPS_DOMAIN: z.string().describe('domain below which services get their names, such as slipway.app'),
  APPS_ZONE_ID: z.string().describe('hosted zone of that domain, in our own account'),
  SEAL_KEY: z
    .string()
    .min(32)
    .describe("32 characters or more that open sealed secrets; the same as the api's"),
  SMTP_URL: z.url().describe('the mail server, such as smtps://user:password@smtp.example.com'),
  MAIL_FROM: z.string().describe('sender of our mails, such as Slipway <slipway@slipway.example>'),
  AWS_ENDPOINT_URL: z.url().optional().describe("endpoint of AWS where it is not AWS's own"),
  AWS_REGION: z.string().describe('region of our own topic, queue and zone'),
  AWS_ACCESS_KEY_ID: z.string().optional().describe("the worker's key; left out, the machine's role is used"),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('the secret of that key'),
  EDGE_ENDPOINT_URL: z
    .url()
    .optional()
    .describe("where CloudFront answers visitors, where that is not at its distributions' own names"),
  ANNOUNCE_TOPIC_ARN: z.string().describe('SNS topic to which a connect stack announces itself'),
  ANNOUNCE_QUEUE_URL: z.url().describe('SQS queue that brings the announcements'),
  ANNOUNCE_RESPONSE_ORIGINS: list.describe(
    'origins, by comma, at which an announcement may be answered; * within a label',
  ),
  TEMPLATE_URL: z.url().describe('where CloudFormation fetches the connect template'),
  CONSOLE_URL: z.url().describe('the AWS console, such as https://console.aws.amazon.com'),
  PLATFORM_ACCOUNT: z
    .string()
    .regex(/^\d{12}$/)
    .describe('our own AWS account'),
  PLATFORM_PRINCIPAL: z.string().describe("the worker's user or role, which customers' roles trust"),
  HOST_ENDPOINT: z.url().describe('WebSocket address that agents dial, such as wss://slipway.example/agent'),
  HOST_AWS_ENDPOINT: z
    .url()
    .optional()
    .describe("endpoint at which hosts reach AWS where it is not AWS's own"),
  EGRESS_INNER_ORIGINS: list
    .default([])
    .describe(
      'origins, by comma, that monitors may ask although they lie in an inner network; * within a label',
    ),
  HOST_GATE_PORTS: gatePortsSetting.describe(
    "port or range of ports that gates listen on; the same as the api's",
  ),
  STRIPE_SECRET_KEY: z.string().min(1).describe("Stripe's secret key"),
  STRIPE_HOST: z.string().optional().describe("Stripe's host where it is not its own"),
  STRIPE_PORT: z.coerce.number().int().optional().describe("Stripe's port where it is not 443"),
  STRIPE_PROTOCOL: z.enum(['http', 'https']).optional().describe("Stripe's protocol where it is not https"),
})

export type Config = z.infer<typeof schema>

/** The worker's whole configuration, read once; from the process's environment unless a test gives another. */
export function workerConfig(environment: Record<string, string | undefined> = process.env): Config {
  return readConfig(schema, environment)
}
