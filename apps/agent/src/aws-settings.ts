import type { AgentConfig } from './config.ts'

/** Of every client of AWS on a host or runner: where AWS is, and that a call of which nothing is heard is made again. */
export function awsSettings({ host, awsEndpoint }: Pick<AgentConfig, 'host' | 'awsEndpoint'>) {
  return {
    region: host.region,
    ...(awsEndpoint ? { endpoint: awsEndpoint } : {}),
    maxAttempts: 5,
    // Of nothing sent and nothing heard: a release of gigabytes takes as long as it takes.
    requestHandler: { connectionTimeout: 5000, socketTimeout: 30_000 },
  }
}

/** Releases have digests of their own, and a private endpoint has no names for buckets. */
export function s3Settings(config: Pick<AgentConfig, 'host' | 'awsEndpoint'>) {
  return {
    ...awsSettings(config),
    forcePathStyle: config.awsEndpoint !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const
}
