/**
 * What a function starts, beside the app in its archive: reads the values of the app's secrets with the function's own
 * role, then becomes the app's command. It must not leave a process of its own behind: what Lambda freezes and ends is
 * the app. Bundled by itself, and run by the Node of Lambda's image.
 */
import path from 'node:path'
import type { FunctionStart } from '@slipway/protocol'
import { readParameters } from './read-parameters.ts'

/** Of Lambda and the adapter, or of the role: none of the app's concern. */
const ours =
  /^(SLIPWAY_FUNCTION|AWS_LWA_.*|AWS_LAMBDA_EXEC_WRAPPER|_HANDLER|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_ENDPOINT_URL)$/

async function main(): Promise<void> {
  const { env } = process
  // As the worker that made this very version wrote it. Without zod, which would take longer to load than all the rest.
  const start: FunctionStart = JSON.parse(env.SLIPWAY_FUNCTION ?? '')
  const release = env.LAMBDA_TASK_ROOT ?? '/var/task'
  const folder = path.join(release, start.root)
  const secrets = await readParameters(start.secrets, env)
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)))
  const libraries = path.join(release, '.slipway/runtime/lib')
  process.chdir(folder)
  if (process.execve === undefined) throw new Error('this Node cannot become another program')
  process.execve('/bin/sh', ['sh', '-c', start.run], {
    ...inherited,
    NODE_ENV: 'production',
    // Else what it prints is only seen once a buffer is full.
    PYTHONUNBUFFERED: '1',
    ...start.variables,
    ...secrets,
    // The one folder that can be written to.
    HOME: '/tmp',
    PATH: [
      path.join(folder, '.venv/bin'),
      path.join(release, '.slipway/runtime/bin'),
      path.join(folder, 'node_modules/.bin'),
      env.PATH,
    ].join(':'),
    LD_LIBRARY_PATH: [libraries, start.variables.LD_LIBRARY_PATH, env.LD_LIBRARY_PATH]
      .filter(Boolean)
      .join(':'),
    PORT: env.AWS_LWA_PORT ?? '8080',
    SLIPWAY_SERVICE: start.service,
    SLIPWAY_RELEASE: String(start.release),
  })
}

main().catch((error: unknown) => {
  console.error(`Slipway could not start the app: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
})
