import type { UserErrorFields } from '@slipway/core'
import type { AppPlan, ComputeKind } from '@slipway/manifest'

/**
 * The kind that a release is deployed on: that of its environment, once it has one. A site that was only detected stays
 * on the server that it has, since a host serves a folder as well; what a site cannot do, and a kind that is asked for by
 * name, is refused.
 */
export function chooseCompute(
  environment: { name: string; compute: ComputeKind | null },
  { compute: asked, services }: Pick<AppPlan, 'compute' | 'services'>,
): { kind: ComputeKind } | { error: UserErrorFields } {
  const { name, compute: has } = environment
  if (has === null || has === asked.kind) return { kind: asked.kind }
  if (has === 'server' && !asked.isNamed) return { kind: has }
  const runs = services.find(({ kind }) => kind !== 'static')
  const cause = asked.isNamed
    ? 'slipway.yaml names it'
    : runs === undefined
      ? 'it names a disk, a size, a canary or a figure of a host'
      : `${runs.name} runs`
  return {
    error: {
      code: 'environment-other-kind',
      kind: 'conflict',
      what: `${name} is ${words[has]}, and this release asks for ${words[asked.kind]}: ${cause}.`,
      why: 'An environment stays on the kind of its first deployment: addresses, data and costs hang on it. What is live stays as it is.',
      todo: asked.isNamed
        ? 'Remove `kind` from slipway.yaml, or create a new app for it and move over.'
        : 'Take that back, or create a new app for it, or a stage of another name, whose environment is then new.',
    },
  }
}

/**
 * The kind that a build is made for. Where the release will be refused it is what the environment has: the deployment
 * says why.
 */
export function computeOf(
  environment: { name: string; compute: ComputeKind | null },
  plan: Pick<AppPlan, 'compute' | 'services'>,
): ComputeKind {
  const choice = chooseCompute(environment, plan)
  return 'kind' in choice ? choice.kind : (environment.compute ?? plan.compute.kind)
}

const words: Record<ComputeKind, string> = {
  server: 'a server',
  cluster: 'a cluster',
  static: 'a static site',
  function: 'functions',
}
