import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineEnvironment } from '../config.ts'
import { startTethered, type Tethered } from '../process/tethered.ts'
import type { Instance } from './instance.ts'
import type { MachineImage } from './machine-image.ts'
import { type Metadata, startMetadata } from './metadata.ts'
import { prepareRootFolder } from './root-folder.ts'
import { hostFacts, scriptOf } from './user-data.ts'

const enter = fileURLToPath(new URL('./enter.sh', import.meta.url))

export type BodiesSetting = {
  state: string
  python: string
  emulatorUrl: string
  image: MachineImage
}

export type Body = {
  /** Id of the first process of the body, seen from outside; undefined when it is not running. */
  firstProcess(): number | undefined
  readonly root: string
  readonly metadata: Metadata
  /** Resolves when the body has ended, for whatever reason. */
  readonly ended: Promise<number>
  attach(volumeId: string, path: string): void
  detach(path: string): void
  stop(): Promise<void>
  kill(): Promise<void>
}

export function bodyFolder(state: string, instance: { account: string; id: string }): string {
  return join(state, 'bodies', instance.account, instance.id)
}

/**
 * The address of 127.0.0.0/8 on which the gate of this body listens: hosts of one environment have one port on AWS, where each
 * has a network of its own.
 */
export function gateAddressOf(instance: { account: string; id: string }): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(`${instance.account} ${instance.id}`).digest()
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`
}

function volumeFolder(state: string, account: string, volumeId: string): string {
  return join(state, 'volumes', account, volumeId)
}

/** Which attached volume lies at which path of the body, by the device names that its user data expects. */
export function disksOf(instance: Instance): { volumeId: string; path: string }[] {
  return hostFacts(instance.userData).disks.flatMap(({ device, path }) => {
    const volume = instance.volumes.find((attached) => attached.device === device)
    return volume ? [{ volumeId: volume.id, path }] : []
  })
}

/**
 * Boots a body for an instance: a process tree with process and mount namespaces of its own, its root folder, its disks at
 * their paths, its metadata endpoint. It ends with this process. Its console is `console.log` in its folder.
 */
export async function bootBody(
  setting: BodiesSetting,
  instance: Instance,
  bootNumber: number,
): Promise<Body> {
  const folder = bodyFolder(setting.state, instance)
  const root = join(folder, 'root')
  mkdirSync(root, { recursive: true })
  const metadata = await startMetadata(instance, setting.emulatorUrl)
  prepareRootFolder(root, setting.image, {
    number: bootNumber,
    userData: scriptOf(instance.userData),
    environment: {
      HOME: '/root',
      LANG: 'C.UTF-8',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      AWS_ENDPOINT_URL: setting.emulatorUrl,
      SLIPWAY_GATE_ADDRESS: gateAddressOf(instance),
    },
  })
  const disks = disksOf(instance).map(({ volumeId, path }) => {
    const source = volumeFolder(setting.state, instance.account, volumeId)
    mkdirSync(source, { recursive: true })
    return ['rw', source, path]
  })
  const shared = setting.image.layers.map(({ source, path }) => ['ro', source, path])
  const part = startTethered({
    name: `body-${instance.account}-${instance.id}`,
    command: ['unshare', ...namespaces(), 'sh', enter, root, ...[...shared, ...disks].flat()],
    cwd: '/',
    // chroot lies where an ordinary user does not look.
    environment: { PATH: `${machineEnvironment().PATH}:/usr/sbin:/sbin` },
    state: setting.state,
    python: setting.python,
    log: join(folder, 'console.log'),
    graceSeconds: 4,
  })
  part.ended.then(() => metadata.close())
  const firstProcess = () => childOf(part)
  return {
    root,
    metadata,
    ended: part.ended,
    firstProcess,
    attach(volumeId, path) {
      const source = volumeFolder(setting.state, instance.account, volumeId)
      mkdirSync(source, { recursive: true })
      mkdirSync(join(root, path), { recursive: true })
      inside(firstProcess(), ['mount', '--bind', source, join(root, path)])
    },
    detach(path) {
      inside(firstProcess(), ['umount', '--lazy', join(root, path)])
    },
    stop: () => part.stop(),
    kill: () => part.kill(),
  }
}

function namespaces(): string[] {
  const flags = ['--mount', '--pid', '--fork', '--kill-child']
  return userInfo().uid === 0 ? flags : ['--map-root-user', ...flags]
}

function inside(process: number | undefined, command: string[]): void {
  if (!process) return
  const user = userInfo().uid === 0 ? [] : ['--user', '--preserve-credentials']
  const enter = ['nsenter', '--target', String(process), ...user, '--mount', ...command]
  execFileSync('env', enter)
}

/** The body's first process is the only child of `unshare`, which is what the tether runs. */
function childOf(part: Tethered): number | undefined {
  const pid = part.pid()
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined
  } catch {
    return undefined
  }
}
