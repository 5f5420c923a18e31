import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { machineEnvironment, projectFolder } from '../config.ts'
import { run } from '../process/run.ts'

const awsCommand = fileURLToPath(new URL('./aws-command.ts', import.meta.url))

/** What all bodies share, as instances share their AMI: laid read-only into each at these paths. */
export type MachineImage = {
  layers: { source: string; path: string }[]
  /** Search path and registry settings, for /etc/environment. */
  environment: Record<string, string>
  /** Lines of ~/.npmrc, pip.conf and Go's settings, so that builds reach the registries that this machine reaches. */
  settings: { path: string; content: string }[]
}

const searchPath = [
  '/opt/image/bin',
  '/opt/image/node',
  '/usr/local/go/bin',
  '/usr/lib/go/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
]

/** Where Debian's packages come from and which of them /usr has: by these a runner takes Ruby and PHP. */
const packageBooks = ['/etc/apt', '/var/lib/dpkg']

/**
 * Makes the image under `<local>/image`: Node 24 (the one that runs this), npm, and an `aws` command that copies to and
 * from S3; git and the rest come from the machine's own /usr. Safe to repeat; takes under a second.
 */
export async function makeMachineImage(local: string): Promise<MachineImage> {
  const [bin, settings] = await Promise.all([makePrograms(local), registrySettings()])
  return {
    layers: [
      { source: bin, path: '/opt/image/bin' },
      { source: dirname(process.execPath), path: '/opt/image/node' },
      { source: findNpm(), path: '/opt/image/npm' },
      ...packageBooks.filter(existsSync).map((folder) => ({ source: folder, path: folder })),
    ],
    environment: { PATH: searchPath.join(':'), ...registryVariables() },
    settings,
  }
}

/** The programs that are ours, in a folder named for what they are made from. */
async function makePrograms(local: string): Promise<string> {
  const sources = [
    fileURLToPath(import.meta.url),
    awsCommand,
    join(projectFolder, 'apps/sandbox/package.json'),
  ]
  const hash = createHash('sha256')
  for (const file of sources) hash.update(readFileSync(file))
  const bin = join(local, 'image', hash.digest('hex').slice(0, 12))
  if (existsSync(bin)) return bin
  const own = `${bin}.${process.pid}`
  await mkdir(own, { recursive: true })
  const program = (name: string, script: string) =>
    writeFile(join(own, name), `#!/bin/sh\nexec /opt/image/node/node ${script} "$@"\n`, { mode: 0o755 })
  await program('npm', '/opt/image/npm/bin/npm-cli.js')
  await program('npx', '/opt/image/npm/bin/npx-cli.js')
  await program('aws', '/opt/image/bin/aws.mjs "$AWS_REGION" "$AWS_EC2_METADATA_SERVICE_ENDPOINT"')
  await build({
    entryPoints: [awsCommand],
    outfile: join(own, 'aws.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS dependencies of the SDK ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
  await rename(own, bin).catch(() => rm(own, { recursive: true, force: true }))
  return bin
}

/** npm's own folder on this machine, wherever its Node came from. */
function findNpm(): string {
  for (const folder of (machineEnvironment().PATH ?? '').split(':')) {
    const command = join(folder, 'npm')
    if (!existsSync(command)) continue
    const npm = dirname(dirname(realpathSync(command)))
    if (existsSync(join(npm, 'bin/npm-cli.js'))) return npm
  }
  throw new Error('npm was not found on the PATH; bodies need it for builds')
}

function registryVariables(): Record<string, string> {
  const wanted =
    /^(npm_config_(registry|cafile|.*_authToken)|PIP_(?!FIND_LINKS).*|UV_.*|GO(PROXY|SUMDB|NOSUMDB|NOSUMCHECK|PRIVATE|FLAGS|INSECURE)|CARGO_(HTTP|NET|REGISTR).*|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|AWS_CA_BUNDLE)$/i
  return Object.fromEntries(Object.entries(machineEnvironment()).filter(([name]) => wanted.test(name)))
}

async function registrySettings(): Promise<MachineImage['settings']> {
  const environment = machineEnvironment()
  const asked = await run('npm', ['config', 'get', 'globalconfig', 'userconfig'], { environment })
  // Answers lines of `name=path`. The user's own settings come last and win.
  const npm = asked.split('\n').map((line) => contentOf(line.slice(line.indexOf('=') + 1).trim()))
  const found = [
    { path: '/root/.npmrc', content: npm.join('\n') },
    {
      path: '/etc/pip.conf',
      content: contentOf('/etc/pip.conf') || contentOf(join(homedir(), '.config/pip/pip.conf')),
    },
    { path: '/root/.config/go/env', content: contentOf(join(homedir(), '.config/go/env')) },
    { path: '/etc/gitconfig', content: contentOf('/etc/gitconfig') },
  ]
  return found.filter((file) => file.content.trim())
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
