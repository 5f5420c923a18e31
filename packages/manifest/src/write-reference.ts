import { mkdirSync, writeFileSync } from 'node:fs'
import { manifestJsonSchema, manifestPage } from './reference.ts'

/** Writes the reference page and the JSON Schema anew. A test says when that was forgotten. */
const folder = new URL('../../../docs/reference/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('manifest.md', folder), manifestPage())
writeFileSync(new URL('slipway.schema.json', folder), `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)
