import type { PipelinePlan } from './pipeline/pipeline-plan.ts'
import { type ManifestProblem, type Place, type PlaceOf, withPlace } from './problem.ts'
import { manifestFile } from './read-manifest.ts'
import { type ScalePlan, scalePlanOf } from './scale.ts'
import type { Manifest } from './schema.ts'
import type { Part } from './service-part.ts'

type Objection = { what: string; why: string; todo: string; place: Place | undefined }

/** How many hosts the services of a cluster ask for: one of them says it, or all that do say the same. */
export function clusterScale(manifest: Manifest): ScalePlan {
  const asked = Object.values(manifest.services ?? {}).find(({ scale }) => scale !== undefined)
  return scalePlanOf(asked?.scale)
}

/** What an app asks for that a cluster does not give; `name` is the service that names the kind. */
export function clusterProblems(
  name: string,
  parts: readonly Part[],
  manifest: Manifest,
  pipeline: PipelinePlan | null,
  placeOf: PlaceOf,
): ManifestProblem[] {
  const objections = [
    ...objectionsToServices(parts, placeOf),
    ...objectionsToOthers(manifest, placeOf),
    ...objectionsToPipeline(pipeline),
  ]
  return objections.map(({ what, why, todo, place }) => ({
    code: 'manifest-not-cluster',
    what: `services.${name} is a cluster, and ${what}.`,
    why,
    todo,
    value: name,
    ...withPlace(place ?? placeOf(['services', name, 'kind'])),
  }))
}

/** `scale` beside any other kind would change nothing. */
export function scaleWithoutCluster(manifest: Manifest, placeOf: PlaceOf): ManifestProblem[] {
  return Object.entries(manifest.services ?? {})
    .filter(([, { scale }]) => scale !== undefined)
    .map(([name]) => ({
      code: 'manifest-scale-without-cluster',
      what: `services.${name} has scale, and the app is no cluster.`,
      why: 'Only a cluster has more hosts than one; functions scale by themselves, and a site runs nothing.',
      todo: 'Add `kind: cluster` to the service, or remove `scale`.',
      value: name,
      ...withPlace(placeOf(['services', name, 'scale'])),
    }))
}

function objectionsToServices(parts: readonly Part[], placeOf: PlaceOf): Objection[] {
  return parts.flatMap(({ service }): Objection[] => {
    const at = (field: string) => placeOf(['services', service.name, field])
    return [
      ...(service.disks.length > 0
        ? [
            {
              what: `services.${service.name} has a disk`,
              why: 'A disk belongs to one instance, and the hosts of a cluster come and go.',
              todo: 'Name `kind: server` for one host with its disk, or keep the data in a database or a bucket and remove the disk.',
              place: at('disks'),
            },
          ]
        : []),
      ...(service.canary !== null
        ? [
            {
              what: `services.${service.name} asks for a canary`,
              why: 'On a cluster a release takes over host by host; a canary by weights of the load balancer is not there yet.',
              todo: 'Remove `deploy`, or name `kind: server`.',
              place: at('deploy'),
            },
          ]
        : []),
      ...(service.cron !== null
        ? [
            {
              what: `services.${service.name} runs when it is due`,
              why: 'It must run on one host alone, also when that host is replaced, and nothing chooses that host yet.',
              todo: 'Make an app of its own of it with `kind: server`, or leave the kind out.',
              place: at('every'),
            },
          ]
        : []),
    ]
  })
}

function objectionsToOthers(manifest: Manifest, placeOf: PlaceOf): Objection[] {
  const services = Object.entries(manifest.services ?? {})
  const [first, ...others] = services.filter(([, { scale }]) => scale !== undefined)
  const asked = JSON.stringify(first?.[1].scale)
  return [
    ...services
      .filter(([, { kind }]) => kind !== undefined && kind !== 'cluster')
      .map(([name, { kind }]) => ({
        what: `services.${name} names the kind ${kind}`,
        why: 'The services of an app are one release, which goes to one kind of environment.',
        todo: 'Name the same kind for all services, or make two apps of them.',
        place: placeOf(['services', name, 'kind']),
      })),
    ...others
      .filter(([, { scale }]) => JSON.stringify(scale) !== asked)
      .map(([name]) => ({
        what: `services.${name} and services.${first?.[0]} name another scale`,
        why: 'All services of an app run on each of its hosts.',
        todo: 'Name `scale` for one of them, or the same for both.',
        place: placeOf(['services', name, 'scale']),
      })),
  ]
}

function objectionsToPipeline(pipeline: PipelinePlan | null): Objection[] {
  return (pipeline?.stages ?? []).flatMap((stage) =>
    stage.waves
      .filter(({ oneBoxPercent }) => oneBoxPercent !== null)
      .map(({ line }) => ({
        what: `the stage ${stage.name} has a wave with one-box`,
        why: 'A part of the visitors is divided on one host, and a cluster has several.',
        todo: 'Remove `one-box`, or name `kind: server`.',
        place: { file: manifestFile, line, column: 1 },
      })),
  )
}
