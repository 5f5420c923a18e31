import { readFile } from 'node:fs/promises'
import { readConfig } from '@slipway/core'
import { type HostFile, hostFile, hostFilePath } from '@slipway/protocol'
import { z } from 'zod'

const environment = z.object({
  SLIPWAY_HOME: z
    .string()
    .default('/var/lib/slipway')
    .describe('the folder in which the agent keeps everything'),
  SLIPWAY_HOST_FILE: z.string().default(hostFilePath).describe('what user data wrote about this host'),
  AWS_ENDPOINT_URL: z.url().optional().describe('a private AWS endpoint'),
  DD_HOST: z.url().optional().describe('where the API of Datadog is, instead of at its site'),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: z
    .url()
    .default('http://169.254.169.254')
    .describe('where the instance learns about itself'),
  SLIPWAY_GATE_ADDRESS: z
    .string()
    .optional()
    .describe('the address on which the gate listens; all of them when left out'),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin').describe('where programs are found'),
  npm_config_registry: z.string().optional().describe('the npm registry that builds use'),
  HTTP_PROXY: z.string().optional().describe('how builds reach the network'),
  HTTPS_PROXY: z.string().optional().describe('how builds reach the network'),
  NO_PROXY: z.string().optional().describe('what builds reach directly'),
  NODE_EXTRA_CA_CERTS: z.string().optional().describe('whom builds trust besides the system'),
  SSL_CERT_FILE: z.string().optional().describe('whom builds trust instead of what their tools bring'),
  PIP_CERT: z.string().optional().describe('whom pip trusts'),
  PIP_INDEX_URL: z.string().optional().describe('the registry of Python that builds use'),
  UV_DEFAULT_INDEX: z.string().optional().describe('the registry of Python that builds use'),
  GOPROXY: z.string().optional().describe('where builds get Go modules'),
  GOSUMDB: z.string().optional().describe('whom builds ask whether a Go module is genuine'),
})

/** What builds inherit of the machine: how it reaches the network, and nothing else. */
const networkNames = [
  'npm_config_registry',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'PIP_CERT',
  'PIP_INDEX_URL',
  'UV_DEFAULT_INDEX',
  'GOPROXY',
  'GOSUMDB',
] as const

export type AgentConfig = {
  home: string
  host: HostFile
  awsEndpoint: string | undefined
  datadogEndpoint: string | undefined
  path: string
  network: Record<string, string>
  metadataEndpoint: string
  gateAddress: string | undefined
}

/** Reads the environment and the host file. Throws ConfigError, or the file's own error: without it there is no host. */
export async function readAgentConfig(): Promise<AgentConfig> {
  const env = readConfig(environment, process.env)
  const host = hostFile.parse(JSON.parse(await readFile(env.SLIPWAY_HOST_FILE, 'utf8')))
  return {
    home: env.SLIPWAY_HOME,
    host,
    awsEndpoint: host.awsEndpoint ?? env.AWS_ENDPOINT_URL,
    datadogEndpoint: env.DD_HOST,
    path: env.PATH,
    metadataEndpoint: env.AWS_EC2_METADATA_SERVICE_ENDPOINT,
    gateAddress: env.SLIPWAY_GATE_ADDRESS,
    network: Object.fromEntries(
      networkNames.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
  }
}

/** The gate needs two things, and no AWS: it must start when all else is broken. */
export async function readGateConfig(): Promise<{
  port: number
  address: string | undefined
  home: string
}> {
  const { home, host, gateAddress } = await readAgentConfig()
  return { home, address: gateAddress, port: host.gatePort ?? 80 }
}

/** Of `serve`, which runs as a service and has a service's environment. */
export function readServeConfig(): { port: number } {
  const { PORT } = readConfig(z.object({ PORT: z.coerce.number().describe('where to listen') }), process.env)
  return { port: PORT }
}
