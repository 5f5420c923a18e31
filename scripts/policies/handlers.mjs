import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @typedef {Record<'create' | 'read' | 'update' | 'delete', string[]>} Handlers */

/**
 * What AWS says that CloudFormation asks for, by type: the permissions of each handler in AWS's schemas of resource
 * types, which cfn-lint brings along. Throws when a type has none.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
 * @param {string} bin of an installed cfn-lint
 * @param {string[]} types
 * @returns {Map<string, Handlers>}
 */
export function readHandlers(bin, types) {
  const lib = join(dirname(bin), 'lib')
  const python = readdirSync(lib).find((name) => name.startsWith('python')) ?? ''
  const folder = join(lib, python, 'site-packages/cfnlint/data/schemas/resources')
  const found = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const { typeName, handlers } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    if (!types.includes(typeName) || !handlers) continue
    const of = (/** @type {string} */ name) => handlers[name]?.permissions ?? []
    found.set(typeName, {
      create: of('create'),
      read: of('read'),
      update: of('update'),
      delete: of('delete'),
    })
  }
  const missing = types.filter((type) => !found.has(type))
  if (missing.length > 0) throw new Error(`cfn-lint has no handlers of ${missing.join(', ')}`)
  return found
}
