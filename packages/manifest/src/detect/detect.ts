import type { Runtime } from '../app-plan.ts'
import type { ManifestProblem } from '../problem.ts'
import type { Tree } from '../tree.ts'
import { deno } from './deno.ts'
import type { Detection, Detector } from './detection.ts'
import { executable } from './executable.ts'
import { go } from './go.ts'
import { java } from './java/java.ts'
import { node } from './node/node.ts'
import { php } from './php.ts'
import { python } from './python/python.ts'
import { ruby } from './ruby.ts'
import { rust } from './rust.ts'
import { staticFolder } from './static-folder.ts'

/**
 * Languages, in the order in which their findings are told. A new one is a file and a line here. Node stands last:
 * a package.json is often there for the scripts and styles of another language's app.
 */
const languages: readonly Detector[] = [php, go, java, rust, ruby, python, deno, node]
/** What is run or served as it is, where no language is found; the first that finds something wins. */
const readyMade: readonly Detector[] = [executable, staticFolder]

/** What one folder of a repository ('' for the root) is, or undefined when no detector knows it. */
export async function detect(tree: Tree, root = ''): Promise<Detection | undefined> {
  const all: Detection[] = []
  for (const language of languages) {
    const found = await language.detect(tree, root)
    if (found) all.push(found)
  }
  const strong = all.filter((one) => !one.isWeak)
  const found = strong.length > 0 ? strong : all
  if (found.length > 0) return choose(found)
  for (const detector of readyMade) {
    const ready = await detector.detect(tree, root)
    if (ready) return ready
  }
  return undefined
}

/**
 * One of several findings: the only one that can be run. What builds scripts and styles beside it is built first. A
 * site beside an app of which it is not known how it starts is likely to be a part of it, so that is asked. Two that
 * can both be run are a question too; where a Procfile or the manifest answers it, both are built.
 */
function choose(found: Detection[]): Detection | undefined {
  const running = found.filter((one) => one.run !== undefined)
  const [main = found.find((one) => one.question) ?? found[0], second] = running
  if (main === undefined || found.length === 1) return main
  if (second) return { ...together(found), undecided: twoKinds(main, second) }
  const beside = found.filter((one) => one !== main)
  const assets = beside.filter((one) => one.buildsAssets)
  return {
    ...main,
    runtimes: [...main.runtimes, ...assets.flatMap((one) => one.runtimes)],
    build: [...assets.flatMap((one) => one.build), ...main.build],
    problems: found.flatMap((one) => one.problems),
    why: [
      ...main.why,
      ...beside.flatMap((one) => [
        ...one.why,
        one.buildsAssets
          ? `What ${one.title} builds is a part of ${main.title}: it is built first.`
          : `Nothing of ${one.title} is built: ${main.title} is what runs.`,
      ]),
    ],
  }
}

function together(found: Detection[]): Detection {
  return {
    title: found.map((one) => one.title).join(' and '),
    runtimes: found.flatMap((one) => one.runtimes),
    build: found.flatMap((one) => one.build),
    why: found.flatMap((one) => one.why),
    problems: found.flatMap((one) => one.problems),
  }
}

function twoKinds(one: Detection, other: Detection): ManifestProblem {
  return {
    code: 'manifest-two-kinds',
    what: `This folder is ${one.title} and ${other.title}, and each could be what runs.`,
    why: [...one.why.slice(0, 1), ...other.why.slice(0, 1)].join(' '),
    todo: `Say which in slipway.yaml: services: { web: { build: …, run: ${one.run} } } or { run: ${other.run} }; or keep each in a folder of its own and name it by root.`,
  }
}

/** The runtimes that a command names by the program that it starts, whatever else is in the folder. */
export function runtimesOfCommand(command: string): Runtime[] {
  const words = command.trim().split(/\s+/)
  const program = words.find((word) => word !== 'exec' && !/^[A-Za-z_]\w*=/.test(word))
  return languages
    .flatMap((language) => language.programs ?? [])
    .filter(({ names }) => program !== undefined && names.includes(program))
    .map(({ runtime }) => runtime)
}

/** What is not detected yet, by the file that gives it away: with it a person is told more than "nothing found". */
const signs: Record<string, string> = {
  'mix.exs': 'Elixir',
  'build.sbt': 'Scala',
  'Package.swift': 'Swift',
  'pubspec.yaml': 'Dart',
  'gleam.toml': 'Gleam',
  Dockerfile: 'a container image',
}
const signEndings: readonly [string, string][] = [
  ['.csproj', '.NET'],
  ['.sln', '.NET'],
]

/** The first sign of a kind that cannot be built without being told how. */
export async function signOf(tree: Tree, root: string): Promise<{ file: string; kind: string } | undefined> {
  for (const { name } of await tree.list(root)) {
    const kind = signs[name] ?? signEndings.find(([ending]) => name.endsWith(ending))?.[1]
    if (kind !== undefined) return { file: name, kind }
  }
  return undefined
}
