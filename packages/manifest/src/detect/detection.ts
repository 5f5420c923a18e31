import type { Runtime } from '../app-plan.ts'
import type { ManifestProblem } from '../problem.ts'
import type { Tree } from '../tree.ts'

/** A shell command and the folder ('' for the root) in which it is run. */
export type Step = { root: string; command: string }

/** A runtime with its range; `isNamed` when the repository asks for it, not when it is only our default. */
export type RuntimeWish = Runtime & { isNamed: boolean }

/** What a detector found in one folder of a repository. */
export type Detection = {
  /** What it is in words, such as `a Flask app`. */
  title: string
  runtimes: RuntimeWish[]
  build: Step[]
  /** How it is run, or which folder is served; neither when only the build is known. */
  run?: string
  publish?: string
  /** What only `run` needs built: left out where somebody says how it is run. */
  runBuild?: Step[]
  /** Sentences for the page of the push: what was seen, in which file and line, and what follows. */
  why: string[]
  problems: ManifestProblem[]
  /** With neither `run` nor `publish`: what could not be decided, and how the person decides it. */
  question?: { why: string; todo: string }
  /** It is several things that could run: what is wrong as long as nobody says which, instead of the question. */
  undecided?: ManifestProblem
  /** Found by the name of one file that may be there for another purpose: gives way to any other finding. */
  isWeak?: boolean
  /** Whether another language's app may need what this builds, as a site's scripts and styles. */
  buildsAssets?: boolean
}

export type Detector = {
  name: string
  /** Programs that, at the front of a command, need this runtime whatever else is in the folder. */
  programs?: readonly { names: readonly string[]; runtime: Runtime }[]
  /** Looks at one folder ('' for the root) and says what it is, or undefined when it is something else. */
  detect(tree: Tree, root: string): Promise<Detection | undefined>
}
