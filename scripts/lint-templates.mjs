// Checks every CloudFormation template that Slipway makes with cfn-lint: the connect template, the stacks in
// customers' accounts, and Slipway's own deployment. Usage: node scripts/lint-templates.mjs
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installCfnLint } from './install-python.mjs'

const cfnLint = join(installCfnLint(), 'cfn-lint')

const { connectTemplate } = await import('../packages/cloud/src/connect/template.ts')
const { buildTemplate } = await import('../packages/cloud/src/synth/build-template.ts')
const { exampleStacks } = await import('../packages/cloud/src/synth/example-stacks.ts')
const { platformTemplates } = await import('../infra/src/platform.ts')

const folder = mkdtempSync(join(tmpdir(), 'slipway-templates-'))
const templates = {
  connect: JSON.stringify(connectTemplate(), undefined, 2),
  ...Object.fromEntries(exampleStacks().map((stack) => [stack.name, buildTemplate(stack)])),
  ...platformTemplates(),
}
const paths = Object.entries(templates).map(([name, text]) => {
  const path = join(folder, `${name}.template.json`)
  writeFileSync(path, text)
  return path
})
// W3010: zones are written out, since a changed zone would replace the instance.
const options = ['--ignore-checks', 'W3010', '--regions', 'us-east-1', 'eu-central-1', '--']
const { status } = spawnSync(cfnLint, [...options, ...paths], { stdio: 'inherit' })
rmSync(folder, { recursive: true })
if (status === 0) console.log(`${paths.length} templates pass cfn-lint`)
process.exit(status ?? 1)
