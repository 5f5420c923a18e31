import type { Clock } from '@slipway/core'
import type { DeploymentSpec } from '@slipway/protocol'
import type { Processes } from '../apps/processes.ts'
import type { Progress } from '../commands/command-runner.ts'
import type { Home } from '../home.ts'
import type { HostHooks } from '../jobs/hooks.ts'
import type { CanaryContext } from './canary.ts'
import type { GateRoutes } from './gate-routes.ts'
import type { WatchContext } from './watch.ts'

export type DeployContext = Omit<WatchContext, 'processes'> & {
  home: Home
  processes: Processes
  routes: GateRoutes
  gate: CanaryContext['gate']
  clock: Clock
  /** Brings the release of a spec onto the disk. */
  fetchRelease(spec: DeploymentSpec, signal: AbortSignal): Promise<void>
  /** Variables and secrets of a spec, by name. */
  readValues(spec: DeploymentSpec, signal: AbortSignal): Promise<Record<string, string>>
  /** The spec is healthy and serves: keeps it as the pointer, on disk and in the bucket. */
  keep(spec: DeploymentSpec): Promise<void>
  /** Runs the spec's release command, once for a batch; `forget` once it is known to be over. */
  release: {
    run(
      of: { batch: string; spec: DeploymentSpec; values: Record<string, string> },
      signal: AbortSignal,
    ): Promise<void>
    forget(batch: string): Promise<void>
  }
  hooks: HostHooks
  progress: Progress
  report: CanaryContext['report']
  /** Whether the old processes are started again when they die, as they must be while a canary takes its time. */
  tendOld(isOn: boolean): Promise<void>
}
