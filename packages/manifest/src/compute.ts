import type { Compute } from './app-plan.ts'
import type { ReleaseCommandPlan } from './commands.ts'
import type { PipelinePlan } from './pipeline/pipeline-plan.ts'
import { type ManifestProblem, type Place, type PlaceOf, withPlace } from './problem.ts'
import { manifestFile } from './read-manifest.ts'
import type { Manifest } from './schema.ts'
import type { Part } from './service-part.ts'

/** Something that only a server has, and who asks for it. */
type Wish = { what: string; why: string; todo: string; place: Place | undefined }

/**
 * What the app runs on. A site, that is an app whose services are all published folders, is `static` unless it asks for
 * something that only a server has; where its manifest names `static` all the same, that is a problem.
 */
export function chooseCompute(
  parts: readonly Part[],
  manifest: Manifest,
  { pipeline, releaseCommand }: { pipeline: PipelinePlan | null; releaseCommand: ReleaseCommandPlan | null },
  placeOf: PlaceOf,
): { compute: Compute; problems: ManifestProblem[] } {
  const named = Object.entries(manifest.services ?? {}).flatMap(([name, { kind }]) =>
    kind === undefined ? [] : [{ name, kind }],
  )
  const sites = named.filter(({ kind }) => kind === 'static')
  const wishes = [
    ...wishesOfServices(parts, manifest, placeOf),
    ...wishesOfPipeline(pipeline),
    ...(releaseCommand === null
      ? []
      : [
          {
            what: 'the app has a release command',
            why: 'It runs on a host, and a static site has none.',
            todo: 'Put what it does into the build, or remove `kind: static`.',
            place: placeOf(['release']),
          },
        ]),
    ...named
      .filter(({ kind }) => kind === 'server')
      .map(({ name }) => ({
        what: `services.${name} names the kind server`,
        why: 'The services of an app are one release, which goes to one kind of environment.',
        todo: 'Name the same kind for all services, or make two apps of them.',
        place: placeOf(['services', name, 'kind']),
      })),
  ]
  const [site] = sites
  if (site === undefined) {
    const kind = wishes.length === 0 ? 'static' : 'server'
    return { compute: { kind, isNamed: named.length > 0 }, problems: [] }
  }
  return {
    compute: { kind: 'static', isNamed: true },
    problems: wishes.map(({ what, why, todo, place }) => ({
      code: 'manifest-not-static',
      what: `services.${site.name} is static, and ${what}.`,
      why,
      todo,
      value: site.name,
      ...withPlace(place ?? placeOf(['services', site.name, 'kind'])),
    })),
  }
}

function wishesOfServices(parts: readonly Part[], manifest: Manifest, placeOf: PlaceOf): Wish[] {
  return parts.flatMap(({ service }): Wish[] => {
    const at = (field: string) => placeOf(['services', service.name, field])
    const asked = manifest.services?.[service.name]
    if (service.kind !== 'static')
      return [
        {
          what: `services.${service.name} runs`,
          why: 'A static site is files behind a CDN: no process runs for it. Beside services that run, a published folder is served by their host.',
          todo: 'Remove `kind: static` to have the host serve the folder, or make an app of its own of the site. If nothing is to run, name the folder with `publish`.',
          place: at('run'),
        },
      ]
    const wishes: Wish[] = []
    if (service.disks.length > 0)
      wishes.push({
        what: `services.${service.name} has a disk`,
        why: 'A disk belongs to an instance, and a static site has none.',
        todo: 'Remove the disk, or `kind: static`.',
        place: at('disks'),
      })
    if (service.canary !== null)
      wishes.push({
        what: `services.${service.name} asks for a canary`,
        why: 'A canary compares two releases that run side by side, and files do not run: a release of a site takes over at once everywhere.',
        todo: 'Remove `deploy`, or `kind: static`.',
        place: at('deploy'),
      })
    if (asked?.size !== undefined)
      wishes.push({
        what: `services.${service.name} names a size`,
        why: 'A size is that of an instance, and a static site has none.',
        todo: 'Remove `size`, or `kind: static`.',
        place: at('size'),
      })
    return wishes
  })
}

/** What a pipeline asks for that is measured, or divided, on a host. */
function wishesOfPipeline(pipeline: PipelinePlan | null): Wish[] {
  return (pipeline?.stages ?? []).flatMap((stage): Wish[] => {
    const wish = (what: string, line: number): Wish => ({
      what: `the stage ${stage.name} ${what}`,
      why: 'That is measured or divided on a host, and a static site has none.',
      todo: 'Remove it, or `kind: static`.',
      place: { file: manifestFile, line, column: 1 },
    })
    const bakes = [
      ...stage.before,
      ...stage.after,
      ...stage.waves.flatMap(({ before, after }) => [...before, ...after]),
    ].flatMap((check) => (check.kind === 'bake' && check.requests > 0 ? [check] : []))
    return [
      ...stage.waves
        .filter(({ oneBoxPercent }) => oneBoxPercent !== null)
        .map(({ line }) => wish('has a wave with one-box', line)),
      ...bakes.map(({ line }) => wish('bakes by a number of requests', line)),
      ...stage.monitors
        .filter(({ kind }) => kind === 'metric' || kind === 'datadog')
        .map(({ line, kind }) => wish(`has a ${kind} monitor`, line)),
    ]
  })
}
