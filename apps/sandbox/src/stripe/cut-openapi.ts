/**
 * Cuts Stripe's own OpenAPI document down to the operations of the double and writes openapi.json beside this
 * file. The document comes out of the Go module of stripe-mock (MIT, see openapi.LICENSE): no other registry
 * carries it. Run it when the version of the `stripe` library changes: `node apps/sandbox/src/stripe/cut-openapi.ts`
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const moduleVersion = 'github.com/stripe/stripe-mock@v0.203.0'

const operations: Record<string, string[]> = {
  '/v1/customers': ['get', 'post'],
  '/v1/customers/{customer}': ['get', 'post'],
  '/v1/invoices': ['get', 'post'],
  '/v1/invoices/{invoice}': ['get', 'post', 'delete'],
  '/v1/invoices/{invoice}/lines': ['get'],
  '/v1/invoices/{invoice}/add_lines': ['post'],
  '/v1/invoices/{invoice}/finalize': ['post'],
  '/v1/invoices/{invoice}/void': ['post'],
  '/v1/invoices/{invoice}/pay': ['post'],
  '/v1/invoiceitems': ['get'],
  '/v1/invoiceitems/{invoiceitem}': ['get'],
  '/v1/events': ['get'],
  '/v1/events/{id}': ['get'],
}

/** Reached only through an error's details, never answered by the double; each would drag in hundreds more. */
const left = ['payment_intent', 'payment_method', 'payment_source', 'setup_intent', 'source', 'discount']

const documentSchema = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

const folder = mkdtempSync(join(tmpdir(), 'slipway-stripe-'))
writeFileSync(join(folder, 'go.mod'), 'module cut\n\ngo 1.24\n')
const downloaded = execFileSync('go', ['mod', 'download', '-json', moduleVersion], {
  cwd: folder,
  encoding: 'utf8',
})
const source = z.object({ Dir: z.string() }).parse(JSON.parse(downloaded)).Dir
const whole = documentSchema.parse(
  JSON.parse(readFileSync(join(source, 'embedded/openapi/spec3.json'), 'utf8')),
)

const cut: z.infer<typeof documentSchema> = {
  openapi: whole.openapi,
  info: { title: `${whole.info.title}, cut to what the double answers`, version: whole.info.version },
  paths: {},
  components: { schemas: {} },
}
const open: unknown[] = []
for (const [path, methods] of Object.entries(operations)) {
  cut.paths[path] = {}
  for (const method of methods) {
    const operation = whole.paths[path]?.[method]
    if (operation === undefined) throw new Error(`${method} ${path} is not in the document`)
    const kept = strip(operation)
    cut.paths[path][method] = kept
    open.push(kept)
  }
}
while (open.length > 0) {
  for (const [, name = ''] of JSON.stringify(open.pop()).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (name in cut.components.schemas) continue
    const kept = left.includes(name) ? { type: 'object' } : strip(whole.components.schemas[name])
    cut.components.schemas[name] = kept
    open.push(kept)
  }
}
writeFileSync(join(import.meta.dirname, 'openapi.json'), `${JSON.stringify(cut)}\n`)
copyFileSync(join(source, 'LICENSE'), join(import.meta.dirname, 'openapi.LICENSE'))

/**
 * Without descriptions and Stripe's own marks. An expandable field becomes "id or object", which its own
 * operation checks: else nearly every operation would reach all thousand schemas.
 */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip)
  if (typeof value !== 'object' || value === null) return value
  if ('x-expansionResources' in value) {
    const either = { anyOf: [{ type: 'string' }, { type: 'object', required: ['id'] }] }
    return 'nullable' in value && value.nullable === true ? { ...either, nullable: true } : either
  }
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      !key.startsWith('x-') && !(['description', 'title'].includes(key) && typeof inner === 'string'),
  )
  return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]))
}
