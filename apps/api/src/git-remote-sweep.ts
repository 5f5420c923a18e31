import { builtinSource, sweepRefs } from '@slipway/sources'
import type { GitRemote } from './git-remote.ts'

const everyMilliseconds = 5 * 60_000

/**
 * Looks at once, and then every five minutes, for pushes that git took and nobody recorded. It runs in the api,
 * where the repositories lie. `stop` lets a look that has begun come to its end.
 */
export function startRefSweep(remote: GitRemote): { stop(): Promise<void> } {
  let looking = Promise.resolve()
  const look = () => {
    looking = looking.then(async () => {
      try {
        await sweepRefs({ ...remote, source: builtinSource(remote.gitRoot) })
      } catch (error) {
        remote.log.error({ err: error }, 'the refs could not be swept; the next look is in five minutes')
      }
    })
  }
  look()
  const timer = setInterval(look, everyMilliseconds)
  return {
    stop() {
      clearInterval(timer)
      return looking
    },
  }
}
