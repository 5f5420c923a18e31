import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * The user that bootstrap.sh made for what is not ours: the firewall keeps it from the instance's metadata.
 * Empty where there is none, or where the agent is not root and can be nobody else.
 */
export function appUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/passwd')) return {}
  const line = readFileSync('/etc/passwd', 'utf8').match(/^slipway-app:[^:]*:(\d+):(\d+):/m)
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : {}
}

/** Makes a folder and all in it the app user's. */
export function giveToAppUser(folder: string): void {
  const user = appUser()
  if (user.uid !== undefined)
    spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, folder], { stdio: 'ignore' })
}
