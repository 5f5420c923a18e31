import type { Tree } from '../tree.ts'
import type { Detection, Detector } from './detection.ts'
import { executable } from './executable.ts'
import { node } from './node.ts'
import { staticFolder } from './static-folder.ts'

/** All detectors, the first that finds something wins. A new kind is a file and a line here. */
const detectors: readonly Detector[] = [node, executable, staticFolder]

/** What one folder of a repository ('' for the root) is, or undefined when no detector knows it. */
export async function detect(tree: Tree, root = ''): Promise<Detection | undefined> {
  for (const detector of detectors) {
    const found = await detector.detect(tree, root)
    if (found) return found
  }
  return undefined
}

/** What is not detected yet, by the file that gives it away: with it a person is told more than "nothing found". */
const signs: Record<string, string> = {
  'go.mod': 'Go',
  'requirements.txt': 'Python',
  'pyproject.toml': 'Python',
  Gemfile: 'Ruby',
  'Cargo.toml': 'Rust',
  'pom.xml': 'Java',
  'build.gradle': 'Java',
  'composer.json': 'PHP',
  'mix.exs': 'Elixir',
  Dockerfile: 'a container image',
}

/** The first sign of a kind that cannot be built without being told how. */
export async function signOf(tree: Tree, root: string): Promise<{ file: string; kind: string } | undefined> {
  for (const entry of await tree.list(root)) {
    const kind = signs[entry.name]
    if (kind !== undefined) return { file: entry.name, kind }
  }
  return undefined
}
