import type { Runtime } from '../app-plan.ts'
import type { ManifestProblem } from '../problem.ts'
import type { Tree } from '../tree.ts'

/** What a detector found in one folder of a repository. */
export type Detection = {
  /** The detector's name, such as `node`. */
  kind: string
  runtime: Runtime
  /** Shell commands, each with the folder ('' for the root) in which it is run. */
  build: { root: string; command: string }[]
  /** How it is run, or which folder is served; neither when only the build is known. */
  run?: string
  publish?: string
  /** Sentences for the page of the push: what was seen and what follows. */
  why: string[]
  problems: ManifestProblem[]
}

/** Looks at one folder ('' for the root) and says what it is, or undefined when it is something else. */
export type Detector = { name: string; detect(tree: Tree, root: string): Promise<Detection | undefined> }
