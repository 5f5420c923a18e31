import { type ChildProcess, spawn } from 'node:child_process'
import { Transform } from 'node:stream'
import type { UserError } from '@slipway/core'
import { artifactBytesMax } from '@slipway/protocol'
import { appUser } from '../apps/app-user.ts'

/**
 * The system's `tar` at the top of a checkout, which bootstrap.sh needs as well. By the user of the commands: links in a
 * checkout or in an archive lead nowhere that a command could not go by itself, and nothing of the agent's is read.
 */
export function tarAt(source: string, args: readonly string[], programs: string) {
  return spawn('tar', ['--file=-', `--directory=${source}`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: programs, LANG: 'C.UTF-8' },
    ...appUser(),
  })
}

/** How it ended: nothing where it went well, else what it said. */
export function complaintsOf(tar: ChildProcess): Promise<string[] | undefined> {
  let errors = ''
  tar.stderr?.on('data', (piece) => {
    errors = (errors + piece).slice(-8000)
  })
  return new Promise((resolve) => {
    tar.once('error', (error) => resolve([error.message]))
    tar.once('close', (code) =>
      resolve(code === 0 ? undefined : errors.split('\n').filter(Boolean).slice(-10)),
    )
  })
}

/** Lets so much pass as artifacts may be, as tar has them, and fails with this error at more. */
export function bounded(tooLarge: () => UserError): Transform {
  let left = artifactBytesMax
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      left -= piece.length
      done(left < 0 ? tooLarge() : null, piece)
    },
  })
}
