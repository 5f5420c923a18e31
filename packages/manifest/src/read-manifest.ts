import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import { nearest } from './nearest.ts'
import { generatedSchema, type ManifestStage, pipelineLevelOf } from './pipeline/pipeline.ts'
import type { ManifestProblem, Place } from './problem.ts'
import { fields, fieldsNotYet, type Level, type Manifest, manifestSchema, valuesNotYet } from './schema.ts'

export const manifestFile = 'slipway.yaml'
/** What stages that a command has generated are called, as if they were a file. */
export const generatedFile = 'generated.yaml'

/** Larger files are refused unread; 256 KB is also the bound for what a pipeline may generate. */
const manifestBytesMax = 262_144

type Path = readonly (string | number)[]
/** `below` is the path of the text's own root in what is read. */
type Source = { file: string; lines: LineCounter; root: Node | null; below: Path }

type Read<T> =
  | { ok: true; manifest: T; placeOf: (path: Path) => Place }
  | { ok: false; problems: ManifestProblem[] }
export type ManifestResult = Read<Manifest>

/**
 * Reads the text of a slipway.yaml. Every problem is found in one go, each with its place; nothing is ignored
 * and nothing is guessed. An empty file is an empty manifest. `placeOf` gives the place of any field that was
 * read, for problems which only show later.
 */
export function readManifest(text: string, file: string = manifestFile): ManifestResult {
  return readAs(manifestSchema, text, { file, below: [] })
}

/** Reads stages that a command has generated, a list as it stands under `pipeline:`, by the same rules. */
export function readGenerated(text: string): Read<{ pipeline: ManifestStage[] }> {
  return readAs(z.strictObject({ pipeline: generatedSchema }), text, {
    file: generatedFile,
    below: ['pipeline'],
  })
}

/** `below` is the place that the text has in what the schema describes. */
function readAs<T>(
  schema: z.ZodType<T>,
  text: string,
  { file, below }: Pick<Source, 'file' | 'below'>,
): Read<T> {
  const bytes = Buffer.byteLength(text)
  if (bytes > manifestBytesMax) return refused([tooLarge(file, bytes)])
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  })
  const source: Source = { file, lines, root: document.contents, below }
  if (document.errors.length > 0) {
    return refused(document.errors.map((error) => notYaml(error, placeAt(source, error.pos[0]))))
  }
  let value: unknown
  try {
    const found: unknown = document.toJS({ maxAliasCount: 100 })
    value = fillEmpty(below.reduceRight<unknown>((inner, step) => ({ [step]: inner ?? [] }), found) ?? {})
  } catch (cause) {
    // The library throws for what it only sees while unfolding: aliases without end, merges of what is no block.
    if (!(cause instanceof Error)) throw cause
    return refused([notYaml({ message: cause.message }, placeAt(source, 0))])
  }
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, manifest: result.data, placeOf: (path) => placeOf(source, path) }
  const problems = withoutConsequences(result.error.issues).flatMap((issue) =>
    problemsOf(issue, issue.path.map(asStep), value, source),
  )
  return refused(withoutMisspelled(problems).sort((a, b) => order(a.place) - order(b.place)))
}

/** A block whose lines are all commented out is null in YAML; a person means an empty one. */
function fillEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const kept = Object.entries(value).filter(
    ([key, inner]) => inner !== null || !['services', 'env', 'secrets', 'pipeline'].includes(key),
  )
  return Object.fromEntries(
    kept.map(([key, inner]) => [
      key,
      key === 'services' && isBlock(inner)
        ? Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, one ?? {}]))
        : inner,
    ]),
  )
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Without what only follows from a field that is not known: a block that lacks what was meant by it. */
function withoutConsequences(issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []))
  const isSame = (one: PropertyKey[], other: PropertyKey[]) => one.join('.') === other.join('.')
  return issues.filter(
    (issue) => issue.code !== 'custom' || !unknown.some(({ path }) => isSame(path, issue.path)),
  )
}

/** A misspelled field is one mistake, not two: the right one is then not missing. */
function withoutMisspelled(problems: ManifestProblem[]): ManifestProblem[] {
  const meant = new Set(problems.map((problem) => problem.nearest))
  return problems.filter((problem) => problem.code !== 'manifest-missing-field' || !meant.has(problem.value))
}

function refused(problems: ManifestProblem[]): { ok: false; problems: ManifestProblem[] } {
  return { ok: false, problems }
}

function order(place: Place | undefined): number {
  return place ? place.line * 100_000 + place.column : 0
}

function problemsOf(issue: z.core.$ZodIssue, path: Path, value: unknown, source: Source): ManifestProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownField(key, path, source))
    case 'invalid_key': {
      const key = String(path.at(-1))
      const reason = issue.issues[0]?.message ?? 'is not a name'
      return [wrongValue(`${quote(key)} ${reason}.`, key, keyPlace(source, path))]
    }
    case 'invalid_union': {
      return problemsOfUnion(issue, path, value, source)
    }
    default: {
      const given = valueAt(value, path)
      const place = placeOf(source, path)
      if (given === undefined) return [missingField(path, place)]
      const options = issue.code === 'invalid_value' ? issue.values.map(String) : undefined
      if (options && typeof given === 'string') return [unknownValue(given, options, path, place)]
      const expected =
        issue.code === 'invalid_type' ? `must be ${words[issue.expected] ?? issue.expected}` : undefined
      const rule = options ? `must be ${list(options)}` : (expected ?? issue.message)
      if (expected || options) {
        return [wrongValue(`${dotted(path)} ${rule}, not ${describe(given)}.`, given, place)]
      }
      return [refusedValue(rule, issue.code === 'custom' ? issue.params : undefined, given, path, place)]
    }
  }
}

/** What a check of the schema says, with what it knows beside its reason: see `Refusal`. */
function refusedValue(
  reason: string,
  params: Record<string, unknown> | undefined,
  given: unknown,
  path: Path,
  place: Place,
): ManifestProblem {
  if (params?.isHidden === true)
    return { code: 'manifest-wrong-value', what: `${dotted(path)} ${reason}.`, place }
  const value = typeof given === 'object' ? '' : `: ${quote(given)}`
  const problem = wrongValue(`${dotted(path)}${value} ${reason}.`, given, place)
  const near = params?.nearest
  return typeof near === 'string' ? { ...problem, todo: `Did you mean ${near}?`, nearest: near } : problem
}

/** A union's problem is told by the branch that came furthest: the one whose type is that of the value. */
function problemsOfUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  value: unknown,
  source: Source,
): ManifestProblem[] {
  const branch = issue.errors.find((issues) => issues.every((inner) => !isWrongType(inner)))
  if (branch) {
    return branch.flatMap((inner) => problemsOf(inner, [...path, ...inner.path.map(asStep)], value, source))
  }
  const options = issue.errors.flatMap((issues) =>
    issues.flatMap((inner) =>
      inner.code === 'invalid_value' && inner.path.length === 0 ? inner.values.map(String) : [],
    ),
  )
  const given = valueAt(value, path)
  const place = placeOf(source, path)
  if (given === undefined) return [missingField(path, place)]
  if (typeof given === 'string' && options.length > 0) return [unknownValue(given, options, path, place)]
  const kinds = issue.errors.flatMap((issues) =>
    issues.flatMap((inner) => {
      if (inner.path.length > 0) return []
      if (inner.code === 'invalid_type') return [words[inner.expected] ?? inner.expected]
      return inner.code === 'invalid_value' ? [list(inner.values.map(String))] : []
    }),
  )
  return [wrongValue(`${dotted(path)} must be ${list(kinds)}, not ${describe(given)}.`, given, place)]
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

const words: Record<string, string> = {
  object: 'a block of fields',
  record: 'a block of fields',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function unknownField(key: string, path: Path, source: Source): ManifestProblem {
  const level = levelOf(path)
  const place = keyPlace(source, [...path, key])
  const where = path.length === 0 ? 'the manifest' : dotted(path)
  if (fieldsNotYet[level]?.includes(key)) {
    return {
      code: 'manifest-not-supported-yet',
      what: `${quote(key)} in ${where} is not supported yet.`,
      why: 'A field that did nothing would promise what does not happen.',
      todo: 'Remove it.',
      place,
      value: key,
    }
  }
  const near = nearest(key, fields[level])
  return {
    code: 'manifest-unknown-field',
    what: `${where} has no field ${quote(key)}.`,
    todo: near ? `Did you mean ${near}?` : `Known here: ${fields[level].join(', ')}.`,
    place,
    value: key,
    ...(near ? { nearest: near } : {}),
  }
}

function unknownValue(given: string, options: string[], path: Path, place: Place): ManifestProblem {
  const pattern = path
    .map((step, index) => (path[0] === 'services' && (index === 1 || index === 3) ? '*' : step))
    .join('.')
  if (valuesNotYet[pattern]?.includes(given)) {
    return {
      code: 'manifest-not-supported-yet',
      what: `${dotted(path)}: ${given} is not supported yet.`,
      why: `What works now: ${list(options)}.`,
      todo: 'Leave the field out.',
      place,
      value: given,
    }
  }
  const near = nearest(given, options)
  return {
    ...wrongValue(`${dotted(path)} cannot be ${quote(given)}.`, given, place),
    todo: near ? `Did you mean ${near}?` : `It can be ${list(options)}.`,
    ...(near ? { nearest: near } : {}),
  }
}

function wrongValue(what: string, given: unknown, place: Place): ManifestProblem {
  return {
    code: 'manifest-wrong-value',
    what,
    place,
    value: typeof given === 'string' ? cut(given) : describe(given),
  }
}

function missingField(path: Path, place: Place): ManifestProblem {
  const field = String(path.at(-1))
  return {
    code: 'manifest-missing-field',
    what: `${dotted(path.slice(0, -1))} has no ${field}.`,
    todo: `Add ${field}.`,
    place,
    value: field,
  }
}

function notYaml(error: { code?: string; message: string }, place: Place): ManifestProblem {
  if (error.code === 'DUPLICATE_KEY') {
    return {
      code: 'manifest-field-twice',
      what: 'The same field stands here a second time.',
      why: 'One of the two would be ignored.',
      todo: 'Remove one of them.',
      place,
    }
  }
  const [first = ''] = error.message.split('\n')
  return {
    code: 'manifest-not-yaml',
    what: `${place.file} is not YAML: ${first.replace(/\.$/, '')}.`,
    todo: 'Mend the line; blocks are made by two spaces in front.',
    place,
  }
}

function tooLarge(file: string, bytes: number): ManifestProblem {
  return {
    code: 'manifest-too-large',
    what: `${file} has ${bytes} bytes.`,
    why: `At most ${manifestBytesMax} are read.`,
    todo: 'Make it shorter.',
  }
}

function levelOf(path: Path): Level {
  if (path.length === 0) return 'manifest'
  if (path[0] === 'pipeline') return pipelineLevelOf(path)
  if (path[0] === 'release') return 'release'
  if (path.length === 2) return 'service'
  switch (path[2]) {
    case 'disks':
      return path.length > 4 ? 'snapshots' : 'disk'
    case 'hooks':
      return path.length > 3 ? 'service-hook' : 'hooks'
    case 'size':
      return 'size'
    case 'scale':
      if (path[4] === 'schedule') return 'schedule'
      return path[3] === 'on' ? 'on' : 'scale'
    case 'deploy':
      return 'deploy'
    default:
      return 'health'
  }
}

/** The place of a field's value, or of the nearest enclosing thing that stands in the file. */
function placeOf(source: Source, path: Path): Place {
  const found = lookUp(source, path)
  return found.key && found.missing
    ? placeAt(source, start(found.key))
    : placeAt(source, start(found.node ?? found.key))
}

/** The place of a field's name. */
function keyPlace(source: Source, path: Path): Place {
  const found = lookUp(source, path)
  return placeAt(source, start(found.key ?? found.node))
}

function lookUp({ root, below }: Source, path: Path): { key?: Node; node?: Node; missing: boolean } {
  let node: Node | undefined = root ?? undefined
  let key: Node | undefined
  for (const step of path.slice(below.length)) {
    const next = stepInto(node, step)
    if (next === undefined) return { ...(key ? { key } : {}), ...(node ? { node } : {}), missing: true }
    key = next.key
    node = next.node
  }
  return { ...(key ? { key } : {}), ...(node ? { node } : {}), missing: false }
}

function stepInto(node: unknown, step: string | number): { key?: Node; node?: Node } | undefined {
  if (isMap<Node, Node>(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    )
    return pair ? { key: pair.key, ...(pair.value ? { node: pair.value } : {}) } : undefined
  }
  if (isSequence(node) && typeof step === 'number') {
    const item = node.items[step]
    return item ? { node: item } : undefined
  }
  return undefined
}

function isSequence(node: unknown): node is { items: Node[] } {
  return (
    typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) && !isMap(node)
  )
}

function start(node: Node | undefined): number {
  return node?.range?.[0] ?? 0
}

function placeAt(source: Source, offset: number): Place {
  const { line, col } = source.lines.linePos(offset)
  return { file: source.file, line: Math.max(1, line), column: Math.max(1, col) }
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.entries(found).find(([key]) => key === String(step))?.[1]
  }
  return found
}

function asStep(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? String(step) : step
}

function dotted(path: Path): string {
  return path.length === 0 ? 'The manifest' : path.join('.')
}

function describe(given: unknown): string {
  if (given === null) return 'nothing'
  if (Array.isArray(given)) return 'a list'
  if (typeof given === 'object') return 'a block of fields'
  return quote(given)
}

function quote(given: unknown): string {
  return cut(typeof given === 'string' ? JSON.stringify(given) : String(given))
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function list(options: readonly string[]): string {
  return options.length < 2 ? (options[0] ?? '') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`
}
