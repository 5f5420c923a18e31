import type { AppPlan, PlanResult } from './app-plan.ts'
import { clusterScale } from './cluster.ts'
import { type ReleaseCommandPlan, releaseCommandOf, releaseProcess } from './commands.ts'
import { chooseCompute } from './compute.ts'
import { detect, signOf } from './detect/detect.ts'
import type { Detection } from './detect/detection.ts'
import { type Process, type Procfile, readProcfile } from './detect/procfile.ts'
import { diskProblems } from './disk.ts'
import { nearest } from './nearest.ts'
import { planPipeline } from './pipeline/plan-pipeline.ts'
import { type ManifestProblem, type Place, type PlaceOf, withPlace } from './problem.ts'
import { manifestFile, readManifest } from './read-manifest.ts'
import type { Manifest, ManifestService } from './schema.ts'
import { asKind, cronProblems, machineOf, type Part, partOf } from './service-part.ts'
import { join, readText, type Tree } from './tree.ts'
import { cleanFolder } from './values.ts'
import {
  architectureOf,
  canaryProblems,
  joinRuntimes,
  machineProblems,
  runtimeProblems,
  secretProblems,
} from './whole-app.ts'

/**
 * The plan of one revision: what slipway.yaml says, and detection for all that it leaves out. All problems are
 * reported at once. The same tree always gives the same plan.
 */
export async function plan(tree: Tree): Promise<PlanResult> {
  const read = await readRoot(tree)
  if (!read.ok) return read
  const { manifest, placeOf } = read
  const problems: ManifestProblem[] = []
  const named = Object.entries(manifest.services ?? {})
  const { parts, releases } =
    named.length > 0 ? await planNamed(tree, named, placeOf, problems) : await planDetected(tree, problems)
  const releaseCommand = releaseCommandOf(manifest.release) ?? oneRelease(releases, problems)
  problems.push(
    ...diskProblems(
      parts.map(({ service }) => service),
      placeOf,
    ),
    ...canaryProblems(parts, placeOf),
    ...machineProblems(parts),
    ...runtimeProblems(parts),
    ...secretProblems(manifest, placeOf),
  )
  const pipeline = manifest.pipeline ? planPipeline(manifest.pipeline, placeOf) : null
  const compute = chooseCompute(parts, manifest, { pipeline, releaseCommand }, placeOf)
  problems.push(...compute.problems)
  const architecture = await architectureOf(tree, parts, problems)
  if (problems.length > 0) return { ok: false, problems }
  const secrets = (manifest.secrets ?? []).flatMap((secret) =>
    typeof secret === 'string'
      ? [{ name: secret, generate: false }]
      : Object.keys(secret).map((name) => ({ name, generate: true })),
  )
  const result: AppPlan = {
    app: manifest.app,
    hasManifest: read.found,
    services: parts.map((part) => part.service),
    build: [...new Set(parts.flatMap((part) => part.build.map(commandAtTop)))],
    runtimes: joinRuntimes(parts),
    releaseCommand,
    machine: parts.find((part) => part.machine)?.machine?.machine ?? { kind: 'size', size: 'small' },
    compute: compute.compute,
    scale: compute.compute.kind === 'cluster' ? clusterScale(manifest) : null,
    architecture,
    variables: Object.fromEntries(
      Object.entries(manifest.env ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    secrets,
    pipeline,
  }
  return { ok: true, plan: result }
}

async function readRoot(
  tree: Tree,
): Promise<
  | { ok: true; found: boolean; manifest: Manifest; placeOf: PlaceOf }
  | { ok: false; problems: ManifestProblem[] }
> {
  const entries = await tree.list('')
  if (entries.length === 0) {
    return {
      ok: false,
      problems: [
        { code: 'manifest-empty', what: 'The revision has no files.', todo: 'Commit some and push again.' },
      ],
    }
  }
  const wrongName = entries.find(
    (entry) => /^\.?slipway\.(yml|yaml|json|toml)$/i.test(entry.name) && entry.name !== manifestFile,
  )
  if (wrongName) {
    return {
      ok: false,
      problems: [
        {
          code: 'manifest-wrong-file-name',
          what: `${wrongName.name} is not read.`,
          why: `The manifest is called ${manifestFile} and lies in the root of the repository.`,
          todo: `Rename it to ${manifestFile}.`,
          value: wrongName.name,
          nearest: manifestFile,
        },
      ],
    }
  }
  const text = await readText(tree, manifestFile)
  if (text === undefined) return { ok: true, found: false, manifest: {}, placeOf: () => undefined }
  const result = readManifest(text)
  return result.ok ? { ok: true, found: true, manifest: result.manifest, placeOf: result.placeOf } : result
}

/** `releases`: what the Procfiles that were read have as `release`. */
type Planned = { parts: Part[]; releases: FoundRelease[] }
type FoundRelease = ReleaseCommandPlan & { place: Place }

function foundRelease(procfile: Procfile | undefined, root: string): FoundRelease[] {
  if (procfile?.release === undefined) return []
  const { command, line } = procfile.release
  return [{ ...releaseProcess(command, root), place: { file: procfile.file, line, column: 1 } }]
}

/** A deployment has one release command; which of two comes first is nothing to guess. */
function oneRelease(found: FoundRelease[], problems: ManifestProblem[]): ReleaseCommandPlan | null {
  const [first, ...others] = found
  if (first === undefined) return null
  const { place, ...command } = first
  const other = others.find(({ run, root }) => run !== first.run || root !== first.root)
  if (other !== undefined) {
    problems.push({
      code: 'manifest-two-releases',
      what: `${place.file} and ${other.place.file} each have a release command.`,
      why: 'All services of an app are one release, for which one command is run.',
      todo: `Name one that does both under release: in ${manifestFile}.`,
      place: other.place,
    })
  }
  return command
}

async function planDetected(tree: Tree, problems: ManifestProblem[]): Promise<Planned> {
  const found = await detect(tree)
  const procfile = await readProcfile(tree, '')
  problems.push(...(found?.problems ?? []), ...(procfile?.problems ?? []))
  if (procfile) {
    const parts = procfile.processes.map((process) => {
      const service = partOf({ name: process.name, root: '', manifest: {}, found, process })
      if (process.name === 'web') return service
      return { ...service, service: { ...service.service, kind: 'worker' as const, health: undefined } }
    })
    return { parts, releases: foundRelease(procfile, '') }
  }
  if (problems.length > 0) return { parts: [], releases: [] }
  if (found?.run === undefined && found?.publish === undefined) {
    problems.push(await nothingDetected(tree, '', found))
    return { parts: [], releases: [] }
  }
  return {
    parts: [partOf({ name: 'web', root: '', manifest: {}, found, process: undefined })],
    releases: [],
  }
}

async function planNamed(
  tree: Tree,
  named: [string, ManifestService][],
  placeOf: PlaceOf,
  problems: ManifestProblem[],
): Promise<Planned> {
  const parts: Part[] = []
  const releases: FoundRelease[] = []
  for (const [name, manifest] of named) {
    const root = cleanFolder(manifest.root ?? '')
    const missing = await missingFolder(tree, root)
    if (missing) {
      problems.push({ ...missing, ...withPlace(placeOf(['services', name, 'root'])) })
      continue
    }
    if (manifest.run !== undefined && manifest.publish !== undefined) {
      problems.push({
        code: 'manifest-run-and-publish',
        what: `services.${name} has both run and publish.`,
        why: 'A published folder is served as it is: nothing runs for it.',
        todo: 'Remove one of them.',
        ...withPlace(placeOf(['services', name, 'publish'])),
      })
      continue
    }
    const found = await detect(tree, root)
    const isSaid = manifest.run !== undefined || manifest.publish !== undefined
    const procfile = isSaid ? undefined : await readProcfile(tree, root)
    releases.push(...foundRelease(procfile, root))
    problems.push(...cronProblems(name, manifest, placeOf))
    const isAlone = named.length === 1
    const process = processOf(name, isAlone, procfile?.processes)
    const own = [
      ...(manifest.build === undefined || !isSaid ? (found?.problems ?? []) : []),
      ...(procfile?.problems ?? []),
    ]
    problems.push(...own)
    if (own.length > 0) continue
    if (procfile && process === undefined) {
      problems.push(noProcess(name, procfile.file, procfile.processes, placeOf(['services', name])))
      continue
    }
    if (!isSaid && process === undefined && found?.run === undefined && found?.publish === undefined) {
      problems.push({
        ...(await nothingDetected(tree, root, found, name)),
        ...withPlace(placeOf(['services', name])),
      })
      continue
    }
    const part = partOf({ name, root, manifest, found, process })
    const machine = machineOf(manifest)
    parts.push({
      ...part,
      service: asKind(part.service, manifest, isAlone),
      ...(machine ? { machine: { machine, place: placeOf(['services', name, 'size']) } } : {}),
    })
  }
  return { parts, releases }
}

function processOf(name: string, isAlone: boolean, processes: Process[] | undefined): Process | undefined {
  const same = processes?.find((process) => process.name === name)
  return same ?? (isAlone ? processes?.find((process) => process.name === 'web') : undefined)
}

async function missingFolder(tree: Tree, root: string): Promise<ManifestProblem | undefined> {
  let folder = ''
  for (const part of root === '' ? [] : root.split('/')) {
    const entries = (await tree.list(folder))
      .filter((entry) => entry.kind === 'folder')
      .map((entry) => entry.name)
    if (!entries.includes(part)) {
      const near = nearest(part, entries)
      return {
        code: 'manifest-no-folder',
        what: `There is no folder ${join(folder, part)} in this revision.`,
        todo: near ? `Did you mean ${join(folder, near)}?` : 'Correct root, or commit the folder.',
        value: root,
        ...(near ? { nearest: join(folder, near) } : {}),
      }
    }
    folder = join(folder, part)
  }
  return undefined
}

function noProcess(
  name: string,
  file: string,
  processes: Process[],
  place: Place | undefined,
): ManifestProblem {
  const names = processes.map((process) => process.name)
  const near = nearest(name, names)
  return {
    code: 'manifest-no-process',
    what: `services.${name} has no run, and ${file} has no process of that name.`,
    todo: near ? `Did you mean ${near}?` : `Add run, or take one of: ${names.join(', ')}.`,
    value: name,
    ...(near ? { nearest: near } : {}),
    ...withPlace(place),
  }
}

async function nothingDetected(
  tree: Tree,
  root: string,
  found: Detection | undefined,
  name = 'web',
): Promise<ManifestProblem> {
  const where = root === '' ? 'this repository' : root
  const sign = await signOf(tree, root)
  const example = `Add ${manifestFile} with services: { ${name}: { build: …, run: … } }, or a Procfile.`
  if (found?.undecided) return found.undecided
  if (found) {
    return {
      code: 'manifest-no-start',
      what: `${where} is ${found.title}, but nothing says how it starts.`,
      ...(found.question ?? { todo: example }),
    }
  }
  if (sign) {
    return {
      code: 'manifest-nothing-detected',
      what: `${where} looks like ${sign.kind} (${sign.file}), which is not detected yet.`,
      why: 'It can be deployed when the manifest says how it is built and run.',
      todo: example,
    }
  }
  return {
    code: 'manifest-nothing-detected',
    what: `Nothing in ${where} says what is to be run.`,
    why: 'Looked for: slipway.yaml, a Procfile, the files by which each language is known, one ready executable, index.html.',
    todo: example,
  }
}

function commandAtTop({ root, command }: Detection['build'][number]): string {
  return root === '' ? command : `cd ${root} && ${command}`
}
