import type { DiskPlan, Machine, Runtime, ServicePlan } from './app-plan.ts'
import type { Detection } from './detect/detection.ts'
import type { Process } from './detect/procfile.ts'
import type { Place } from './problem.ts'
import { manifestFile } from './read-manifest.ts'
import { cleanFolder, gigabytes, type ManifestService, seconds } from './schema.ts'
import { join } from './tree.ts'

const healthDefault = { path: '/', timeoutSeconds: 60 }
const diskGigabytesDefault = 8

/** What one service adds to the plan. */
export type Part = {
  service: ServicePlan
  build: Detection['build']
  runtime: Runtime
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
  const build = manifest.build === undefined ? (found?.build ?? []) : [{ root, command: manifest.build }]
  const runtime = found?.runtime ?? runtimeOf(command ?? '')
  return {
    service: {
      name,
      root: isStatic ? join(root, cleanFolder(publish)).replace(/\/$/, '') : root,
      run: isStatic ? '' : (command ?? found?.run ?? ''),
      kind: isStatic ? 'static' : 'web',
      health: healthOf(manifest),
      disks: disksOf(manifest),
      why: [
        ...(found && (manifest.build === undefined || !command) ? found.why : []),
        ...(manifest.run ? [`${manifestFile} says how it is run: ${manifest.run}.`] : []),
        ...(process ? [`The Procfile says how it is run: ${process.command}.`] : []),
        ...(manifest.publish ? [`${manifestFile} says which folder is served: ${manifest.publish}.`] : []),
        ...(manifest.build ? [`${manifestFile} says how it is built: ${manifest.build}.`] : []),
      ],
    },
    build,
    // A site needs Node only while it is built.
    runtime: isStatic && build.length === 0 ? { kind: 'none' } : runtime,
  }
}

/** A command that starts Node by name needs Node, whatever else is in the folder. */
function runtimeOf(run: string): Runtime {
  return /^(exec\s+)?(node|npm|npx)\s/.test(run) ? { kind: 'node', range: '24' } : { kind: 'none' }
}

function healthOf(manifest: ManifestService): ServicePlan['health'] {
  const { health } = manifest
  if (health === false) return undefined
  if (typeof health === 'string') return { ...healthDefault, path: health }
  return {
    path: health?.path ?? healthDefault.path,
    timeoutSeconds: health?.timeout === undefined ? healthDefault.timeoutSeconds : seconds(health.timeout),
  }
}

/** Who listens: what says so (health, publish), what is called so, or what is alone and is not called worker. */
export function asKind(service: ServicePlan, manifest: ManifestService, isAlone: boolean): ServicePlan {
  const isNamedWeb = service.name === 'web' || (isAlone && service.name !== 'worker')
  if (service.kind === 'static') return service
  if (manifest.health === false) return { ...service, kind: 'worker', health: undefined }
  if (manifest.health !== undefined || isNamedWeb) return service
  return { ...service, kind: 'worker', health: undefined }
}

function disksOf(manifest: ManifestService): DiskPlan[] {
  return Object.entries(manifest.disks ?? {}).map(([name, disk]) => ({
    name,
    path: disk.path,
    sizeGigabytes: disk.size === undefined ? diskGigabytesDefault : gigabytes(disk.size),
    type: disk.type ?? 'gp3',
  }))
}

export function machineOf(manifest: ManifestService): Machine | undefined {
  const { size } = manifest
  if (size === undefined) return undefined
  return typeof size === 'string' ? { kind: 'size', size } : { kind: 'instance', type: size.instance }
}
