import type { DeployOutput } from '@slipway/protocol'
import type { DeployContext } from './deploy-context.ts'

export type Timed = {
  <T>(phase: string, run: () => Promise<T>, onError?: (error: unknown) => Promise<void>): Promise<T>
  phases: DeployOutput['phases']
}

/** Runs a phase, says so, keeps how long it took; when it fails, `onError` puts things right before it is thrown on. */
export function timer({ progress }: Pick<DeployContext, 'progress'>): Timed {
  const phases: DeployOutput['phases'] = []
  const timed = async <T>(
    phase: string,
    run: () => Promise<T>,
    onError?: (error: unknown) => Promise<void>,
  ): Promise<T> => {
    const startedAt = performance.now()
    progress(phase)
    try {
      const value = await run()
      phases.push({ phase, milliseconds: Math.round(performance.now() - startedAt) })
      return value
    } catch (error) {
      await onError?.(error)
      throw error
    }
  }
  return Object.assign(timed, { phases })
}
