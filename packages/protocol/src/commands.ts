import { z } from 'zod'
import { buildSpec } from './build-spec.ts'
import { datadogSpec } from './datadog-spec.ts'
import { deploymentSpec } from './deployment-spec.ts'
import { idOf } from './ids.ts'
import { runSpec } from './run-spec.ts'
import { siteSpec } from './site-spec.ts'
import { stepSpec } from './step-spec.ts'

/** The closed list of what a host can be told. What is not in it, an agent does not do. */
export const hostCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('build'), spec: buildSpec }),
  z.object({ kind: z.literal('step'), spec: stepSpec }),
  /** Lays a release out as the files of a site; changes nothing on the runner. */
  z.object({ kind: z.literal('site'), spec: siteSpec }),
  z.object({ kind: z.literal('deploy'), spec: deploymentSpec }),
  /** Changes nothing on the host. */
  z.object({ kind: z.literal('datadog'), spec: datadogSpec }),
  /** Runs a command beside the services, with their release and variables. */
  z.object({ kind: z.literal('run'), spec: runSpec }),
  /** Starts the named services of the current deployment anew (all when empty), in the way it was deployed. */
  z.object({ kind: z.literal('restart'), services: z.array(z.string()).max(50).default([]) }),
  /** Ends a command that runs (it answers `command-cancelled`), or the host's services when none is named. */
  z.object({ kind: z.literal('stop'), commandId: idOf('hostCommand').optional() }),
])
export type HostCommand = z.infer<typeof hostCommand>
export type HostCommandInput = z.input<typeof hostCommand>
export type HostCommandKind = HostCommand['kind']

/** An agent of the protocol before packs every release for hosts, and would deploy without the hooks. */
const sinceFunctionsAndHooks = 6

/** Whether an agent that said `hello` with this number does a command as it is told. What it does not is not sent to it. */
export function knowsCommand(protocol: number, command: HostCommand): boolean {
  const isNew =
    (command.kind === 'build' && command.spec.archive === 'zip') ||
    (command.kind === 'deploy' && command.spec.services.some(({ hooks }) => hooks !== undefined))
  return !isNew || protocol >= sinceFunctionsAndHooks
}
