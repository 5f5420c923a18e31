import type { Compute, ComputeKind } from './app-plan.ts'
import { clusterProblems, scaleWithoutCluster } from './cluster.ts'
import type { ReleaseCommandPlan } from './commands.ts'
import { type Hostless, type Wish, wishesOf } from './compute-wishes.ts'
import type { PipelinePlan } from './pipeline/pipeline-plan.ts'
import { type ManifestProblem, type PlaceOf, withPlace } from './problem.ts'
import type { Manifest } from './schema.ts'
import type { Part } from './service-part.ts'

type Named = { name: string; kind: ComputeKind }

/**
 * What the app runs on. A cluster is what names it. A site, that is an app whose services are all published folders, is
 * `static` unless it asks for something that only a server has; where its manifest names a kind without hosts all the same,
 * that is a problem. Nothing becomes a function that does not say so: whether an app keeps something in memory, or goes on
 * after it has answered, cannot be seen from outside.
 */
export function chooseCompute(
  parts: readonly Part[],
  manifest: Manifest,
  { pipeline, releaseCommand }: { pipeline: PipelinePlan | null; releaseCommand: ReleaseCommandPlan | null },
  placeOf: PlaceOf,
): { compute: Compute; problems: ManifestProblem[] } {
  const named = Object.entries(manifest.services ?? {}).flatMap(([name, { kind }]): Named[] =>
    kind === undefined ? [] : [{ name, kind }],
  )
  const cluster = named.find(({ kind }) => kind === 'cluster')
  if (cluster !== undefined)
    return {
      compute: { kind: 'cluster', isNamed: true },
      problems: clusterProblems(cluster.name, parts, manifest, pipeline, placeOf),
    }
  const unscaled = scaleWithoutCluster(manifest, placeOf)
  const of = { parts, manifest, pipeline, releaseCommand, placeOf }
  const asking = named.find((one): one is Named & { kind: Hostless } => one.kind !== 'server')
  if (asking === undefined) {
    const isSite = named.length === 0 && wishesOf('static', of).length === 0
    return { compute: { kind: isSite ? 'static' : 'server', isNamed: named.length > 0 }, problems: unscaled }
  }
  const { kind, name } = asking
  const { code, words } = refused[kind]
  const wishes = [...wishesOf(kind, of), ...otherKinds(named, kind, placeOf)]
  return {
    compute: { kind, isNamed: true },
    problems: [
      ...unscaled,
      ...wishes.map(({ what, why, todo, place }) => ({
        code,
        what: `services.${name} is ${words}, and ${what}.`,
        why,
        todo,
        value: name,
        ...withPlace(place ?? placeOf(['services', name, 'kind'])),
      })),
    ],
  }
}

const refused: Record<Hostless, { code: string; words: string }> = {
  static: { code: 'manifest-not-static', words: 'static' },
  function: { code: 'manifest-not-function', words: 'a function' },
}

function otherKinds(named: readonly Named[], asked: ComputeKind, placeOf: PlaceOf): Wish[] {
  return named
    .filter(({ kind }) => kind !== asked)
    .map(({ name, kind }) => ({
      what: `services.${name} names the kind ${kind}`,
      why: 'The services of an app are one release, which goes to one kind of environment.',
      todo: 'Name the same kind for all services, or make two apps of them.',
      place: placeOf(['services', name, 'kind']),
    }))
}
