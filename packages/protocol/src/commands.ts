import { z } from 'zod'
import { buildSpec } from './build-spec.ts'
import { datadogSpec } from './datadog-spec.ts'
import { deploymentSpec } from './deployment-spec.ts'
import { idOf } from './ids.ts'
import { stepSpec } from './step-spec.ts'

/** The closed list of what a host can be told. What is not in it, an agent does not do. */
export const hostCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('build'), spec: buildSpec }),
  z.object({ kind: z.literal('step'), spec: stepSpec }),
  z.object({ kind: z.literal('deploy'), spec: deploymentSpec }),
  /** Changes nothing on the host. */
  z.object({ kind: z.literal('datadog'), spec: datadogSpec }),
  /** Starts the named services of the current deployment anew (all when empty), in the way it was deployed. */
  z.object({ kind: z.literal('restart'), services: z.array(z.string()).max(50).default([]) }),
  /** Ends a command that runs (it answers `command-cancelled`), or the host's services when none is named. */
  z.object({ kind: z.literal('stop'), commandId: idOf('hostCommand').optional() }),
])
export type HostCommand = z.infer<typeof hostCommand>
export type HostCommandInput = z.input<typeof hostCommand>
export type HostCommandKind = HostCommand['kind']

/** The protocol that brought a kind. An agent of an earlier one does not read it, so it is not sent to it. */
const since: Record<HostCommandKind, number> = {
  build: 1,
  deploy: 1,
  restart: 1,
  stop: 1,
  step: 3,
  datadog: 4,
}

/** Whether an agent that said `hello` with this number knows a kind of command. */
export function knowsCommand(protocol: number, kind: HostCommandKind): boolean {
  return protocol >= since[kind]
}
