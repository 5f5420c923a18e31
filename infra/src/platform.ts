import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib/core'
import { announceRegions, announceStack } from './announce-stack.ts'
import { homeStack } from './home-stack.ts'

/**
 * Slipway's own part of AWS, as far as connecting customers' accounts needs it: `home` once, in one region, and
 * `announce` in each region whose connect stacks may announce themselves. Plain templates, deployed with
 * CloudFormation by whoever runs the installation; their parameters say what differs.
 */
function platformApp(outdir: string): App {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false })
  homeStack(app)
  for (const region of announceRegions) announceStack(app, region)
  return app
}

/** The templates as text, by stack name: `slipway-home`, `slipway-announce-<region>`. */
export function platformTemplates(): Record<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), 'slipway-infra-'))
  try {
    const { stacks } = platformApp(outdir).synth()
    return Object.fromEntries(
      stacks.map((stack) => [stack.stackName, JSON.stringify(stack.template, undefined, 2)]),
    )
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
