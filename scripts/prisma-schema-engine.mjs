#!/usr/bin/env node
// Prisma's command line asks a native schema engine that would have to be downloaded. This stands in for it:
// it speaks the engine's JSON-RPC over stdio and hands every call to the engine's WebAssembly build over the
// ordinary `pg` driver adapter, so that `generate`, `migrate diff --script`, `migrate deploy` and
// `migrate status` need nothing but the registry. `migrate dev` and `db pull` do not work through it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(import.meta.url)
const { PrismaPg } = require('@prisma/adapter-pg')
const { bindMigrationAwareSqlAdapterFactory } = require('@prisma/driver-adapter-utils')

const args = process.argv.slice(2)
const valuesOf = (flag) => args.flatMap((arg, i) => (arg === flag ? [args[i + 1]] : []))
const url = process.env.DATABASE_URL ?? JSON.parse(valuesOf('--datasource')[0] ?? '{}').url

// `cli can-connect-to-database` is asked before most commands; the command itself reports a dead server.
if (args.includes('cli')) process.exit(0)

// The adapter cuts a script at every semicolon, also inside a function's body or a comment. Postgres itself
// takes a whole script in one query, and then all of it is one transaction.
class WholeScripts extends PrismaPg {
  async connect() {
    return whole(await super.connect())
  }
  async connectToShadowDb() {
    return whole(await super.connectToShadowDb())
  }
}
function whole(adapter) {
  adapter.executeScript = async (script) => {
    await adapter.client.query(script)
  }
  return adapter
}

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

async function loadEngine() {
  const folder = require.resolve('@prisma/schema-engine-wasm').replace(/schema_engine\.js$/, '')
  const glue = await import(`${folder}schema_engine_bg.js`)
  const wasm = readFileSync(`${folder}schema_engine_bg.wasm`)
  const module = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue })
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (text) => process.stderr.write(`${text}\n`) }
  glue.__wbg_set_wasm(module.instance.exports)
  module.instance.exports.__wbindgen_start()
  const schemas = valuesOf('--datamodels').map((path) => [path, readFileSync(path, 'utf8')])
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts({ connectionString: url }))
  return glue.SchemaEngine.new({ datamodels: schemas.length > 0 ? schemas : undefined }, () => {}, adapter)
}

const engine = await loadEngine()
let printId = 1_000_000
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (!method) continue // the command line's answer to one of our `print` requests
  try {
    const result = await engine[method](params ?? {})
    if (result?.stdout) send({ id: printId++, method: 'print', params: { content: result.stdout } })
    send({ id, result: result ?? null })
  } catch (error) {
    const message = String(error.message ?? error)
    const data = { is_panic: false, message, meta: null, error_code: error.code ?? null }
    send({ id, error: { code: 4466, message, data } })
  }
}
