import { fileURLToPath } from 'node:url'
import type { CloudConfig } from '@slipway/cloud'
import type { Config } from './config.ts'

const agentFolder = new URL('../../agent/', import.meta.url)

/** The configuration as the cloud package takes it. The agent's files lie beside this app, built before it starts. */
export function cloudConfig(config: Config): CloudConfig {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config
  return {
    awsRegion: config.AWS_REGION,
    awsEndpoint: config.AWS_ENDPOINT_URL,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    platformAccount: config.PLATFORM_ACCOUNT,
    platformPrincipal: config.PLATFORM_PRINCIPAL,
    announceTopicArn: config.ANNOUNCE_TOPIC_ARN,
    announceQueueUrl: config.ANNOUNCE_QUEUE_URL,
    announceResponseOrigins: config.ANNOUNCE_RESPONSE_ORIGINS,
    templateUrl: config.TEMPLATE_URL,
    consoleUrl: config.CONSOLE_URL,
    appsZoneId: config.APPS_ZONE_ID,
    appsDomain: config.APPS_DOMAIN,
    edgeEndpoint: config.EDGE_ENDPOINT_URL,
    hostEndpoint: config.HOST_ENDPOINT,
    hostAwsEndpoint: config.HOST_AWS_ENDPOINT,
    agent: {
      programPaths: ['dist/gate-worker.mjs', 'dist/function-start.mjs', 'dist/agent.mjs'].map((file) =>
        fileURLToPath(new URL(file, agentFolder)),
      ),
      bootstrapPath: fileURLToPath(new URL('bootstrap.sh', agentFolder)),
    },
  }
}
