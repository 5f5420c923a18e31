import type { ComputeKind, ServicePlan } from './app-plan.ts'
import type { ReleaseCommandPlan } from './commands.ts'
import type { PipelinePlan } from './pipeline/pipeline-plan.ts'
import type { Place, PlaceOf } from './problem.ts'
import { manifestFile } from './read-manifest.ts'
import type { Manifest } from './schema.ts'
import type { Part } from './service-part.ts'

/** The kinds behind which there is no host. */
export type Hostless = Exclude<ComputeKind, 'server' | 'cluster'>

/** Something that a kind does not have, and who asks for it. */
export type Wish = { what: string; why: string; todo: string; place: Place | undefined }

type Asked = {
  parts: readonly Part[]
  manifest: Manifest
  pipeline: PipelinePlan | null
  releaseCommand: ReleaseCommandPlan | null
  placeOf: PlaceOf
}

/** All that keeps the app from being of this kind. */
export function wishesOf(kind: Hostless, of: Asked): Wish[] {
  const { parts, manifest, pipeline, releaseCommand, placeOf } = of
  const services = parts.flatMap(({ service }) => {
    const at = (field: string) => placeOf(['services', service.name, field])
    return [...runs[kind](service, at), ...hardware[kind](service, manifest.services?.[service.name], at)]
  })
  return [
    ...services,
    ...wishesOfPipeline(kind, pipeline),
    ...(releaseCommand === null
      ? []
      : [
          {
            what: 'the app has a release command',
            why: `It runs on a host, and ${has[kind]} none.`,
            todo: `Put what it does into the build or a step of the pipeline, or remove \`kind: ${kind}\`.`,
            place: placeOf(['release']),
          },
        ]),
  ]
}

const has: Record<Hostless, string> = { static: 'a static site has', function: 'functions have' }

type At = (field: string) => Place | undefined

/** What a service does that no process, or none that goes on, can do for it. */
const runs: Record<Hostless, (service: ServicePlan, at: At) => Wish[]> = {
  static: ({ name, kind }, at) =>
    kind === 'static'
      ? []
      : [
          {
            what: `services.${name} runs`,
            why: 'A static site is files behind a CDN: no process runs for it. Beside services that run, a published folder is served by their host.',
            todo: 'Remove `kind: static` to have the host serve the folder, or make an app of its own of the site. If nothing is to run, name the folder with `publish`.',
            place: at('run'),
          },
        ],
  function: ({ name, kind }, at) => {
    if (kind === 'web') return []
    const wish = {
      static: {
        what: `services.${name} is a published folder`,
        why: 'A function answers by a program; files are served from S3 for nothing.',
        todo: 'Make an app of its own of the site, or let a service serve the folder.',
        place: at('publish'),
      },
      worker: {
        what: `services.${name} takes no requests`,
        why: 'A function runs while it answers a request and is frozen then: what goes on by itself stands still.',
        todo: 'Remove `kind: function`, or move the worker into an app of its own.',
        place: at('run'),
      },
      cron: {
        what: `services.${name} runs when it is due`,
        why: 'A host keeps the time of what is due, and functions have none.',
        todo: 'Remove `kind: function`, or move what is due into an app of its own.',
        place: at('every'),
      },
    }
    return [wish[kind]]
  },
}

function hooksWish(kind: Hostless, { name, hooks }: ServicePlan, at: At): Wish[] {
  if (hooks === null) return []
  return [
    {
      what: `services.${name} has hooks`,
      why: `They run on a host, and ${has[kind]} none.`,
      todo: `Put what they do into the build or into a step of the pipeline, or remove \`kind: ${kind}\`.`,
      place: at('hooks'),
    },
  ]
}

type AskedService = NonNullable<Manifest['services']>[string] | undefined

function diskWish(kind: Hostless, { name, disks }: ServicePlan, at: At): Wish[] {
  if (disks.length === 0) return []
  return [
    {
      what: `services.${name} has a disk`,
      why: `A disk belongs to an instance, and ${has[kind]} none.`,
      todo: `Remove the disk, or \`kind: ${kind}\`.`,
      place: at('disks'),
    },
  ]
}

/** What a service asks for that belongs to a machine. */
const hardware: Record<Hostless, (service: ServicePlan, asked: AskedService, at: At) => Wish[]> = {
  static(service, asked, at) {
    const { name, canary } = service
    return [
      ...diskWish('static', service, at),
      ...hooksWish('static', service, at),
      ...(canary === null
        ? []
        : [
            {
              what: `services.${name} asks for a canary`,
              why: 'A canary compares two releases that run side by side, and files do not run: a release of a site takes over at once everywhere.',
              todo: 'Remove `deploy`, or `kind: static`.',
              place: at('deploy'),
            },
          ]),
      ...(asked?.size === undefined
        ? []
        : [
            {
              what: `services.${name} names a size`,
              why: 'A size is that of an instance, and a static site has none.',
              todo: 'Remove `size`, or `kind: static`.',
              place: at('size'),
            },
          ]),
    ]
  },
  function(service, asked, at) {
    const { name, canary } = service
    return [
      ...diskWish('function', service, at),
      ...hooksWish('function', service, at),
      ...(canary === null
        ? []
        : [
            {
              what: `services.${name} asks for a canary`,
              why: 'A canary is judged by what hosts measure of two releases side by side, and functions have none.',
              todo: 'Remove `deploy`, or `kind: function`.',
              place: at('deploy'),
            },
          ]),
      ...(typeof asked?.size !== 'object'
        ? []
        : [
            {
              what: `services.${name} names an instance type`,
              why: 'A function runs on what Lambda has; its memory, and with it its CPU, goes by size.',
              todo: 'Name a size such as `small` instead, or remove `kind: function`.',
              place: at('size'),
            },
          ]),
    ]
  },
}

/** What a pipeline asks for that is measured, or divided, on a host. */
function wishesOfPipeline(kind: Hostless, pipeline: PipelinePlan | null): Wish[] {
  return (pipeline?.stages ?? []).flatMap((stage): Wish[] => {
    const wish = (what: string, line: number): Wish => ({
      what: `the stage ${stage.name} ${what}`,
      why: `That is measured or divided on a host, and ${has[kind]} none.`,
      todo: `Remove it, or \`kind: ${kind}\`.`,
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
