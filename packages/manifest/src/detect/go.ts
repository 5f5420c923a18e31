import { join, readText, type Tree } from '../tree.ts'
import type { Detector } from './detection.ts'
import { findLine, foldersIn, hasFile, matchLine } from './find-file.ts'

/** Where go.mod names no version. */
const goRangeDefault = '1.22'

/** Modules that are bindings to C, which the compiler must be there for. */
const needsC = /^\s*(?:require\s+)?(github\.com\/mattn\/go-sqlite3|github\.com\/confluentinc\/\S+)\s/

const frameworks: readonly { module: string; title: string }[] = [
  { module: 'github.com/gin-gonic/gin', title: 'a Gin app' },
  { module: 'github.com/labstack/echo', title: 'an Echo app' },
  { module: 'github.com/gofiber/fiber', title: 'a Fiber app' },
  { module: 'github.com/go-chi/chi', title: 'a Chi app' },
]

/** A folder with a go.mod: one executable is built of its main package, and is run with nothing around it. */
export const go: Detector = {
  name: 'go',
  programs: [{ names: ['go'], runtime: { kind: 'go', range: goRangeDefault } }],
  async detect(tree, root) {
    const file = join(root, 'go.mod')
    const text = await readText(tree, file)
    if (text === undefined) return undefined
    const version = matchLine(file, text, /^toolchain\s+go(\S+)/) ?? matchLine(file, text, /^go\s+(\S+)/)
    const framework = frameworks.find(({ module }) => text.includes(module))
    const title = framework?.title ?? 'a Go app'
    const range = version?.groups[0]
    const found = {
      title,
      runtimes: [{ kind: 'go' as const, range: range ?? goRangeDefault, isNamed: range !== undefined }],
      problems: [],
    }
    const seen = [
      `${file} makes it ${title}.`,
      range
        ? `${version?.at} asks for Go ${range}.`
        : `${file} names no version of Go: ${goRangeDefault} or newer builds it.`,
    ]
    const mains = await mainPackages(tree, root)
    const [main] = mains
    if (main === undefined || mains.length > 1) {
      const todo =
        'Say in slipway.yaml how it is built and run: build: go build -o bin/app ./cmd/<name>, run: ./bin/app.'
      const why = main
        ? `It has several main packages: ${mains.map((one) => one.package).join(', ')}.`
        : 'It has no main package in its folder, nor in one of cmd/.'
      return { ...found, build: [], why: seen, question: { why, todo } }
    }
    const c = matchLine(file, text, needsC)
    const command = `CGO_ENABLED=${c ? 1 : 0} go build -trimpath -o bin/app ${main.package}`
    return {
      ...found,
      build: [{ root, command }],
      run: './bin/app',
      why: [
        ...seen,
        `${main.at} is its main package: ${command}.`,
        ...(c ? [`${c.at} is written in C in part, so the runner’s C compiler takes part.`] : []),
      ],
    }
  },
}

/** The folder itself or else those of cmd/, as https://go.dev/doc/modules/layout has it. */
async function mainPackages(tree: Tree, root: string): Promise<{ package: string; at: string }[]> {
  const own = await mainFile(tree, root)
  if (own) return [{ package: '.', at: own }]
  const found: { package: string; at: string }[] = []
  for (const name of await foldersIn(tree, join(root, 'cmd'))) {
    const at = await mainFile(tree, join(root, `cmd/${name}`))
    if (at) found.push({ package: `./cmd/${name}`, at })
  }
  if (found.length === 0 && (await hasFile(tree, root, 'cmd/main.go'))) {
    return [{ package: './cmd', at: join(root, 'cmd/main.go') }]
  }
  return found
}

async function mainFile(tree: Tree, folder: string): Promise<string | undefined> {
  for (const { name, kind } of await tree.list(folder)) {
    if (kind !== 'file' || !name.endsWith('.go') || name.endsWith('_test.go')) continue
    const found = await findLine(tree, join(folder, name), /^package\s+main\b/)
    if (found) return found.at
  }
  return undefined
}
