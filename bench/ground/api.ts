import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { machineEnvironment, projectFolder } from '../../apps/sandbox/src/config.ts'
import { startProcess } from '../../apps/sandbox/src/parts/product-process.ts'
import { installPythonTools } from '../../apps/sandbox/src/parts/python-tools.ts'
import { freePort } from '../../apps/sandbox/src/parts/ready.ts'
import { startValkey } from '../../apps/sandbox/src/parts/valkey.ts'
import type { Tethered } from '../../apps/sandbox/src/process/tethered.ts'
import { apiCommand } from '../../apps/sandbox/src/start/start-product.ts'
import type { BenchPostgres } from './postgres.ts'

export type BenchApi = {
  port: number
  /** Signs sessions. */
  authSecret: string
  pid(): number
  /** Ends the process as a crash would, and starts another on the same port; resolves once it listens. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The api in a process of its own on this Postgres and a Redis, as installations run it. */
export async function startBenchApi(postgres: BenchPostgres): Promise<BenchApi> {
  const { folder: state } = postgres
  const tools = await installPythonTools(join(projectFolder, '.local'))
  const redis = await startValkey({ state, port: await freePort(), tools })
  const port = await freePort()
  const authSecret = randomBytes(32).toString('hex')
  const environment = {
    ...machineEnvironment(),
    DATABASE_URL: postgres.url,
    SYSTEM_DATABASE_URL: postgres.systemUrl,
    REDIS_URL: redis.url,
    PUBLIC_URL: 'http://slipway.bench',
    APPS_URL: 'http://{name}.apps.bench',
    GIT_ROOT: join(state, 'git'),
    AUTH_SECRET: authSecret,
    SEAL_KEY: randomBytes(32).toString('hex'),
    HOST_GATE_PORTS: '20000-20999',
    AWS_REGION: 'us-east-1',
    TEMPLATE_URL: 'http://templates.bench/connect.json',
    CONSOLE_URL: 'https://console.aws.amazon.com',
    ANNOUNCE_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:slipway-announce',
    PLATFORM_ACCOUNT: '111122223333',
    PLATFORM_PRINCIPAL: 'arn:aws:iam::111122223333:role/slipway-worker',
    STRIPE_WEBHOOK_SECRET: 'whsec_bench',
    PORT: String(port),
  }
  const start = () =>
    startProcess({ name: 'api', command: apiCommand, cwd: projectFolder, environment, port, state, tools })
  let api: Tethered = await start()
  return {
    port,
    authSecret,
    pid() {
      const pid = api.pid()
      if (pid === undefined) throw new Error('the api has ended')
      return pid
    },
    async restart() {
      await api.kill()
      api = await start()
    },
    async close() {
      await api.stop()
      await redis.stop()
    },
  }
}
