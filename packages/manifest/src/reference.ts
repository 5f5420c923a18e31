import { z } from 'zod'
import { manifestSchema } from './schema.ts'

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>

const jsonSchemaId = 'https://json-schema.org/draft/2020-12/schema'

const node = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  get properties() {
    return z.record(z.string(), node).optional()
  },
  get additionalProperties() {
    return z.union([z.boolean(), node]).optional()
  },
  get anyOf() {
    return z.array(node).optional()
  },
  get items() {
    return node.optional()
  },
  required: z.array(z.string()).optional(),
  $ref: z.string().optional(),
  get $defs() {
    return z.record(z.string(), node).optional()
  },
})
type Node = z.infer<typeof node>

/** The JSON Schema of slipway.yaml for editors. It cannot say all: what it lets through may still be refused. */
export function manifestJsonSchema(): object {
  return {
    ...z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-2020-12', override: withOwnWords }),
    $schema: jsonSchemaId,
    title: 'slipway.yaml',
  }
}

/**
 * Defaults and examples in the form in which a person writes them. zod leaves them out where a text becomes
 * something else when it is read, since its own are of what it becomes.
 */
function withOwnWords({ zodSchema, jsonSchema }: Parameters<Override>[0]): void {
  const { default: value, examples } = z.globalRegistry.get(zodSchema) ?? {}
  if (value !== undefined) Object.assign(jsonSchema, { default: value })
  if (examples !== undefined) Object.assign(jsonSchema, { examples })
}

/** The reference page of slipway.yaml in Markdown, made of the schema alone. */
export function manifestPage(): string {
  const root = node.parse(manifestJsonSchema())
  const blocks = [
    ...tables('', root),
    ...Object.entries(root.$defs ?? {}).flatMap(([id, block]) => tables(id, block)),
  ]
  const sections = blocks.map(
    ({ path, rows }) =>
      `## ${path === '' ? 'The file' : `\`${path}\``}\n\n| field | form | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
  )
  return `# slipway.yaml

<!-- Made of packages/manifest/src/schema.ts by \`node packages/manifest/src/write-reference.ts\`. -->

Nothing is required: a repository without the file is detected and deployed. It lies in the root of the
repository, is read at the revision that runs, and every field has a default. A field that is not listed here is
refused with its line, its column and the nearest right name.

${sections.join('\n')}`
}

/** One table for each block of fields, outer blocks first. A block with a name of its own has its table at the end. */
function tables(path: string, block: Node): { path: string; rows: string[] }[] {
  const properties = Object.entries(block.properties ?? {})
  const rows = properties.map(([name, field]) => {
    const required = block.required?.includes(name) ? ' (required)' : ''
    const shown = field.default === undefined ? '' : `\`${asText(field.default)}\``
    const examples = (field.examples ?? []).map((example) => `\`${asText(example)}\``).join(', ')
    const meaning = [field.description ?? '', examples && `Such as ${examples}.`].filter(Boolean).join(' ')
    return `| \`${name}\`${required} | ${cellText(formOf(field))} | ${cellText(shown)} | ${cellText(meaning)} |`
  })
  const inner = properties.flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`
    return blocksOf(field).flatMap((found) => tables(`${at}${found.below}`, found.block))
  })
  return [{ path, rows }, ...inner]
}

function blocksOf(field: Node): { block: Node; below: string }[] {
  const own = field.properties ? [{ block: field, below: '' }] : []
  const named = typeof field.additionalProperties === 'object' && field.additionalProperties.properties
  const values = named ? [{ block: node.parse(field.additionalProperties), below: '.<name>' }] : []
  const entries = field.items?.properties ? [{ block: field.items, below: '[]' }] : []
  return [...own, ...values, ...entries, ...(field.anyOf ?? []).flatMap(blocksOf)]
}

function formOf(field: Node): string {
  if (field.$ref) return `[${idOf(field.$ref)}](#${idOf(field.$ref)})`
  if (field.anyOf) return [...new Set(field.anyOf.map(formOf))].join(' or ')
  if (field.enum) return field.enum.map((value) => `\`${asText(value)}\``).join(', ')
  if (field.const !== undefined) return `\`${asText(field.const)}\``
  if (field.type === 'array') return `list of ${field.items ? formOf(field.items) : 'values'}`
  if (field.type === 'object')
    return typeof field.additionalProperties === 'object'
      ? `name: ${formOf(field.additionalProperties)}`
      : 'block'
  if (field.type === 'string') return 'text'
  if (field.type === 'integer') return 'whole number'
  return field.type ?? 'value'
}

/** The name of a block that has one: `bake` of `#/$defs/bake`. */
function idOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** As a person writes it in YAML, in one line. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([name, one]) => `${name}: ${asText(one)}`)
  return `{${fields.join(', ')}}`
}

/** A bar inside a cell would begin another one. */
function cellText(cell: string): string {
  return cell.replaceAll('|', '\\|')
}
