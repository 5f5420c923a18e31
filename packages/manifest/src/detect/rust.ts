import { join, readText, type Tree } from '../tree.ts'
import type { Detector } from './detection.ts'
import { hasFile } from './find-file.ts'
import { namedVersion, toolFiles, versionLine } from './named-version.ts'
import { type TomlEntry, tomlEntries, tomlStrings } from './toml-entries.ts'

const rustRangeDefault = 'stable'

const files = [
  versionLine('rust-toolchain.toml', /^\s*channel\s*=\s*["']([^"']+)["']/),
  versionLine('rust-toolchain', /^\s*(?:channel\s*=\s*["'])?([\w.-]+)["']?\s*$/),
  versionLine('Cargo.toml', /^\s*rust-version\s*=\s*["']([^"']+)["']/),
  ...toolFiles('rust'),
]

/** A folder with a Cargo.toml: one executable is built, and is run with nothing around it. */
export const rust: Detector = {
  name: 'rust',
  programs: [{ names: ['cargo'], runtime: { kind: 'rust', range: rustRangeDefault } }],
  async detect(tree, root) {
    const file = join(root, 'Cargo.toml')
    const text = await readText(tree, file)
    if (text === undefined) return undefined
    const version = await namedVersion(tree, root, files)
    const found = {
      title: 'a Rust app',
      runtimes: [
        {
          kind: 'rust' as const,
          range: version?.version ?? rustRangeDefault,
          isNamed: version !== undefined,
        },
      ],
      problems: [],
    }
    const seen = [
      `${file} makes it a Rust app.`,
      version
        ? `${version.at} asks for Rust ${version.version}.`
        : `No file names a version of Rust: ${rustRangeDefault} is taken.`,
    ]
    const programs = await programsOf(tree, root, tomlEntries(text))
    const [program] = programs
    if (program === undefined || programs.length > 1) {
      const why = program
        ? `It has several executables: ${programs.map(({ name }) => name).join(', ')}.`
        : 'It has no executable of its own: a library, or a workspace whose members have them.'
      const todo =
        'Set default-run in Cargo.toml, set root to the member in slipway.yaml, or say there how it is built and run.'
      return { ...found, build: [], why: seen, question: { why, todo } }
    }
    const locked = (await hasFile(tree, root, 'Cargo.lock')) ? ' --locked' : ''
    // Outside of the release, which takes the executable alone, and kept for the next build.
    const command = `CARGO_TARGET_DIR="$HOME/cargo-target" cargo install --path . --root . --bin ${program.name}${locked}`
    return {
      ...found,
      build: [{ root, command }],
      run: `./bin/${program.name}`,
      why: [...seen, `${file}:${program.line} names its executable: ${command}.`],
    }
  },
}

type Program = { name: string; line: number }

/** https://doc.rust-lang.org/cargo/reference/cargo-targets.html#binaries */
async function programsOf(tree: Tree, root: string, entries: TomlEntry[]): Promise<Program[]> {
  const named = (section: string, key: string): Program[] =>
    entries
      .filter((entry) => entry.section === section && entry.key === key)
      .flatMap((entry) => tomlStrings(entry).map(({ text, line }) => ({ name: text, line })))
      .filter(({ name }) => /^[\w-]+$/.test(name))
  const preferred = named('package', 'default-run')
  if (preferred.length > 0) return preferred
  const own = named('package', 'name')
  const all = [
    ...named('bin', 'name'),
    ...((await hasFile(tree, root, 'src/main.rs')) ? own : []),
    ...(await tree.list(join(root, 'src/bin')))
      .filter(({ name }) => name.endsWith('.rs'))
      .map(({ name }) => ({ name: name.slice(0, -'.rs'.length), line: own[0]?.line ?? 1 })),
  ]
  return all.filter((one, index) => all.findIndex(({ name }) => name === one.name) === index)
}
