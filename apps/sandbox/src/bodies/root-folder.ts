import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MachineImage } from './machine-image.ts'

const own = [
  'tmp',
  'home',
  'root',
  'run',
  'opt',
  'srv',
  'mnt',
  'media',
  'proc',
  'dev',
  'etc',
  'var/lib/cloud',
  'var/tmp',
  'var/log',
  'var/cache',
]

// What programs expect in /etc on any Linux; where a system lacks one, programs there do without it too.
const files = [
  'passwd',
  'group',
  'nsswitch.conf',
  'hosts',
  'resolv.conf',
  'host.conf',
  'ld.so.cache',
  'ld.so.conf',
]
const more = ['services', 'protocols', 'os-release', 'mime.types', 'shells', 'login.defs', 'profile']
const folders = [
  'ssl',
  'pki',
  'ca-certificates',
  'alternatives',
  'ld.so.conf.d',
  'crypto-policies',
  'java-17-openjdk',
]

const init = fileURLToPath(new URL('./init.sh', import.meta.url))

/**
 * Makes the folder that is a body's root disk: its own /etc, /var, /home, /tmp, /opt and root's home. What stands there
 * already stays, as on a disk; only what belongs to the boot is written anew. Safe to repeat.
 */
export function prepareRootFolder(
  root: string,
  image: MachineImage,
  boot: { number: number; userData: Buffer; environment: Record<string, string> },
): void {
  const installed = join(root, 'var/lib/cloud/installed')
  for (const folder of own) mkdirSync(join(root, folder), { recursive: true })
  if (!existsSync(installed)) {
    for (const name of [...files, ...more]) copy(`/etc/${name}`, join(root, 'etc', name))
    for (const name of folders) copyFolder(`/etc/${name}`, join(root, 'etc', name))
    for (const { path, content } of image.settings) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    for (const name of ['tmp', 'var/tmp']) chmodSync(join(root, name), 0o1777)
    writeFileSync(installed, '')
  }
  const cloud = join(root, 'var/lib/cloud')
  writeFileSync(join(cloud, 'boot'), String(boot.number))
  writeFileSync(join(cloud, 'init'), readFileSync(init))
  writeFileSync(join(cloud, 'user-data'), boot.userData, { mode: 0o755 })
  const lines = Object.entries({ ...image.environment, ...boot.environment }).map(
    ([name, value]) => `${name}=${quoted(value)}\n`,
  )
  writeFileSync(join(root, 'etc/environment'), lines.join(''))
}

function copy(from: string, to: string): void {
  if (existsSync(from)) copyFileSync(from, to)
}

// `cp -a` goes on past what an ordinary user may not read, such as private keys, which a body must not have anyway.
function copyFolder(from: string, to: string): void {
  if (existsSync(from)) execFileSync('sh', ['-c', 'cp -a "$0" "$1" 2>/dev/null || true', from, to])
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`
}
