import { join, readText, type Tree } from '../../tree.ts'
import { type NamedVersion, namedVersion, toolFiles, versionLine } from '../named-version.ts'
import { tomlEntries, tomlStrings } from '../toml-entries.ts'

/** Where no file names a version: every Python that still gets fixes for long, so that the runner's own serves. */
export const pythonRangeDefault = '>=3.11'

const files = [
  versionLine('.python-version', /^\s*([^\s#]+)/),
  versionLine('runtime.txt', /^\s*python-(\S+)/),
  entryFile('pyproject.toml', 'project', 'requires-python'),
  entryFile('pyproject.toml', 'tool.poetry.dependencies', 'python'),
  entryFile('Pipfile', 'requires', 'python_full_version'),
  entryFile('Pipfile', 'requires', 'python_version'),
  entryFile('uv.lock', '', 'requires-python'),
  ...toolFiles('python'),
]

function entryFile(file: string, section: string, key: string) {
  return {
    file,
    read(path: string, text: string): NamedVersion | undefined {
      const entry = tomlEntries(text).find((one) => one.section === section && one.key === key)
      const [version] = entry ? tomlStrings(entry) : []
      return version && { version: version.text, at: `${path}:${version.line}` }
    },
  }
}

/** The range of Python in the notation of https://peps.python.org/pep-0440/, and where it comes from. */
export async function pythonRange(
  tree: Tree,
  root: string,
): Promise<{ range: string; isNamed: boolean; why: string }> {
  const named = await namedVersion(tree, root, files)
  if (named === undefined) {
    const why = `No file names a version of Python: ${pythonRangeDefault} is taken, the runner’s own where it fits.`
    return { range: pythonRangeDefault, isNamed: false, why }
  }
  const range = asSpecifiers(named.version)
  if (range === undefined) {
    const why = `${named.at} says “${named.version}”, which is no version of Python: ${pythonRangeDefault} is taken.`
    return { range: pythonRangeDefault, isNamed: false, why }
  }
  const meaning = range === named.version ? '' : ` (${range})`
  return { range, isNamed: true, why: `${named.at} asks for Python ${named.version}${meaning}.` }
}

/**
 * `3.12` and `3.12.4` both mean any 3.12, since patches only mend; `^3.11` is Poetry's
 * (https://python-poetry.org/docs/dependency-specification/). Specifiers stay as they are.
 */
function asSpecifiers(version: string): string | undefined {
  const specifiers = version.split(',').map((part) => {
    const match = /^\s*(\^|~=|~|===?|!=|[<>]=?|)\s*(\d+)(?:\.(\d+))?((?:\.\d+)*(?:\.\*)?)\s*$/.exec(part)
    if (!match) return undefined
    const [, operator = '', major = '', minor, rest = ''] = match
    const line = minor === undefined ? major : `${major}.${minor}`
    if (operator === '') return `==${line}.*`
    if (operator === '^') return `>=${line}${rest},<${Number(major) + 1}`
    if (operator === '~') return `>=${line}${rest},==${line}.*`
    return `${operator}${line}${rest}`
  })
  return specifiers.some((one) => one === undefined) ? undefined : specifiers.join(',')
}

/** Whether pyproject.toml describes a project, and not only what its tools are set to. */
export async function describesProject(tree: Tree, root: string): Promise<boolean> {
  const text = (await readText(tree, join(root, 'pyproject.toml'))) ?? ''
  return tomlEntries(text).some(({ section }) => section === 'project' || section.startsWith('tool.poetry'))
}
