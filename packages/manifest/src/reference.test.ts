import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { manifestJsonSchema, manifestPage } from './reference.ts'

const folder = new URL('../../../docs/reference/', import.meta.url)

test('the reference page and the JSON Schema are those of the schema: node packages/manifest/src/write-reference.ts', () => {
  expect(readFileSync(new URL('manifest.md', folder), 'utf8')).toBe(manifestPage())
  expect(JSON.parse(readFileSync(new URL('slipway.schema.json', folder), 'utf8'))).toEqual(
    manifestJsonSchema(),
  )
})
