import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Lets the file system of each disk fill its volume, which may have grown since: while it is mounted and in use. Says so
 * where one grew. A disk that is of another file system, or a machine without the program, is left as it is.
 */
export async function growDisks(
  disks: readonly { name: string; path: string }[],
  { path: programs, say }: { path: string; say(line: string): void },
): Promise<void> {
  for (const { name, path } of disks) {
    try {
      const { stdout } = await run('xfs_growfs', [path], { env: { PATH: programs }, timeout: 60_000 })
      // https://man7.org/linux/man-pages/man8/xfs_growfs.8.html prints this only where it changed something.
      if (stdout.includes('data blocks changed'))
        say(`The file system of the disk ${name} grew to its volume.`)
    } catch {
      // Growing is no reason to hold a deployment up; how full the disk is, is measured and watched.
    }
  }
}
