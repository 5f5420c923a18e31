import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectTemplate } from '@slipway/cloud'
import { platformTemplates } from './platform.ts'

/**
 * Writes what an installation of Slipway deploys on AWS into a folder:
 *
 *   node infra/src/main.ts [folder]
 *
 * One template a stack, and `connect/template.json`, which goes into the bucket that `slipway-home` makes.
 */
const folder = process.argv[2] ?? 'infra/dist'
mkdirSync(join(folder, 'connect'), { recursive: true })
for (const [name, template] of Object.entries(platformTemplates()))
  writeFileSync(join(folder, `${name}.template.json`), `${template}\n`)
writeFileSync(
  join(folder, 'connect', 'template.json'),
  `${JSON.stringify(connectTemplate(), undefined, 2)}\n`,
)
console.log(`templates are in ${folder}`)
