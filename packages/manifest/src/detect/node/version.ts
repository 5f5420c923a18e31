import { join, type Tree } from '../../tree.ts'
import { namedVersion, toolFiles, versionLine } from '../named-version.ts'
import { type Package, placeOfKey } from './package-json.ts'

/** The range where a project names none: the long-term support line of Node. */
export const nodeRangeDefault = '24'

/** Names of Node's lines as .nvmrc may have them, https://nodejs.org/en/about/previous-releases */
const lines: Record<string, string> = {
  'lts/*': nodeRangeDefault,
  'lts/krypton': '24',
  'lts/jod': '22',
  'lts/iron': '20',
  'lts/hydrogen': '18',
}

const files = [
  versionLine('.node-version', /^\s*([^\s#]+)/),
  versionLine('.nvmrc', /^\s*([^\s#]+)/),
  ...toolFiles('nodejs', 'node'),
]

/** The range of Node, in npm's notation, and the sentence that says where it comes from. */
export async function nodeRange(
  tree: Tree,
  root: string,
  read: Package,
  text: string,
): Promise<{ range: string; isNamed: boolean; why: string }> {
  const asked = read.engines?.node?.trim()
  if (asked) {
    const at = placeOfKey(join(root, 'package.json'), text, 'node')
    return { range: asked, isNamed: true, why: `${at} asks for Node ${asked}.` }
  }
  const named = await namedVersion(tree, root, files)
  if (named === undefined) {
    const why = `No file names a version of Node: ${nodeRangeDefault} is taken.`
    return { range: nodeRangeDefault, isNamed: false, why }
  }
  const { version, at } = named
  const major = lines[version] ?? /^v?(\d+)/.exec(version)?.[1]
  if (major !== undefined) return { range: major, isNamed: true, why: `${at} asks for Node ${major}.` }
  const why = `${at} says “${version}”, which is no version of Node: ${nodeRangeDefault} is taken.`
  return { range: nodeRangeDefault, isNamed: false, why }
}
