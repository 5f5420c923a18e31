import type { CronPlan, Machine, ServicePlan } from './app-plan.ts'
import { cronSecondsDefault } from './commands.ts'
import { canaryOf } from './deploy.ts'
import { runtimesOfCommand } from './detect/detect.ts'
import type { Detection, RuntimeWish, Step } from './detect/detection.ts'
import type { Process } from './detect/procfile.ts'
import { diskPlanOf } from './disk.ts'
import { hooksOf } from './hooks.ts'
import { type ManifestProblem, type Place, type PlaceOf, withPlace } from './problem.ts'
import { manifestFile } from './read-manifest.ts'
import type { ManifestService } from './schema.ts'
import { join } from './tree.ts'
import { cleanFolder } from './values.ts'

const healthDefault = { path: '/', timeoutSeconds: 60 }

/** What one service adds to the plan. */
export type Part = {
  service: ServicePlan
  build: Step[]
  runtimes: RuntimeWish[]
  machine?: { machine: Machine; place: Place | undefined }
}

export function partOf(input: {
  name: string
  root: string
  manifest: ManifestService
  found: Detection | undefined
  process: Process | undefined
}): Part {
  const { name, root, manifest, found, process } = input
  const command = manifest.run ?? process?.command
  const publish =
    command === undefined
      ? (manifest.publish ?? (found?.run === undefined ? found?.publish : undefined))
      : undefined
  const isStatic = publish !== undefined
  const isRunAsFound = command === undefined && found?.run !== undefined
  const foundBuild = [...(found?.build ?? []), ...(isRunAsFound ? (found?.runBuild ?? []) : [])]
  const build = manifest.build === undefined ? foundBuild : [{ root, command: manifest.build }]
  return {
    service: {
      name,
      root: isStatic ? join(root, cleanFolder(publish)).replace(/\/$/, '') : root,
      run: isStatic ? '' : (command ?? found?.run ?? ''),
      kind: isStatic ? 'static' : 'web',
      health: healthOf(manifest),
      disks: Object.entries(manifest.disks ?? {}).map(([name, disk]) => diskPlanOf(name, disk)),
      canary: canaryOf(manifest.deploy),
      cron: cronOf(manifest),
      hooks: hooksOf(manifest.hooks, root),
      why: [
        ...(found && (manifest.build === undefined || !command) ? found.why : []),
        ...(manifest.run ? [`${manifestFile} says how it is run: ${manifest.run}.`] : []),
        ...(process ? [`The Procfile says how it is run: ${process.command}.`] : []),
        ...(manifest.publish ? [`${manifestFile} says which folder is served: ${manifest.publish}.`] : []),
        ...(manifest.build ? [`${manifestFile} says how it is built: ${manifest.build}.`] : []),
      ],
    },
    build,
    // A site needs what builds it only while it is built.
    runtimes: isStatic && build.length === 0 ? [] : runtimesOf(found, command ?? ''),
  }
}

/** Those of what was found, and what the command starts by name beside them. */
function runtimesOf(found: Detection | undefined, command: string): RuntimeWish[] {
  const known = found?.runtimes ?? []
  const started = runtimesOfCommand(command)
    .filter(({ kind }) => !known.some((one) => one.kind === kind))
    .map((runtime) => ({ ...runtime, isNamed: false }))
  return [...known, ...started]
}

function healthOf(manifest: ManifestService): ServicePlan['health'] {
  const { health } = manifest
  if (health === false) return undefined
  if (typeof health === 'string') return { ...healthDefault, path: health }
  return {
    path: health?.path ?? healthDefault.path,
    timeoutSeconds: health?.timeout ?? healthDefault.timeoutSeconds,
  }
}

/**
 * Who runs when it is due: what says `every`. Who listens: what says so (health, publish, a function), what is called so,
 * or what is alone and is not called worker.
 */
export function asKind(service: ServicePlan, manifest: ManifestService, isAlone: boolean): ServicePlan {
  const isNamedWeb = service.name === 'web' || (isAlone && service.name !== 'worker')
  if (service.kind === 'static') return service
  if (service.cron !== null) return { ...service, kind: 'cron', health: undefined }
  if (manifest.kind === 'function') return service
  if (manifest.health === false) return { ...service, kind: 'worker', health: undefined }
  if (manifest.health !== undefined || isNamedWeb) return service
  return { ...service, kind: 'worker', health: undefined }
}

/** A run that is due ends by itself: what asks, mounts or publishes it makes no sense beside, nor the other way round. */
export function cronProblems(name: string, manifest: ManifestService, placeOf: PlaceOf): ManifestProblem[] {
  const isCron = manifest.every !== undefined
  const wrong = isCron
    ? (['publish', 'health', 'disks'] as const).filter((field) => manifest[field] !== undefined)
    : (['overlap', 'timeout'] as const).filter((field) => manifest[field] !== undefined)
  return wrong.map((field) => ({
    code: 'manifest-cron-field',
    what: `services.${name} has ${field} ${isCron ? 'beside' : 'without'} every.`,
    why: whyNotCron[field],
    todo: isCron ? `Remove ${field}.` : `Add every, or remove ${field}.`,
    value: field,
    ...withPlace(placeOf(['services', name, field])),
  }))
}

const whyNotCron = {
  publish: 'A folder is served all the time, and nothing of it is run.',
  health: 'A run that is due ends by itself; its exit code says whether it went well.',
  disks: 'A disk belongs to the service that keeps it open. Every service of the app finds it at its path.',
  overlap: 'It says what happens when a run is due while the one before still goes on.',
  timeout: 'It is the time limit of a run that is due.',
}

function cronOf({ every, overlap, timeout }: ManifestService): CronPlan | null {
  if (every === undefined) return null
  return { ...every, overlap: overlap ?? 'skip', timeoutSeconds: timeout ?? cronSecondsDefault }
}

export function machineOf(manifest: ManifestService): Machine | undefined {
  const { size } = manifest
  if (size === undefined) return undefined
  return typeof size === 'string' ? { kind: 'size', size } : { kind: 'instance', type: size.instance }
}
