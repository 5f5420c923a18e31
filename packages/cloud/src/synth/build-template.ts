import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, LegacyStackSynthesizer, Stack, Tags, Validations } from 'aws-cdk-lib/core'
import { managedTag } from '../names.ts'
import { type StackRequest, templates } from './templates.ts'

/** Rules of good practice that we break on purpose: zone and image are fixed for an instance's life. */
const acknowledged = [
  { id: 'CloudFormation-Validate::W3010', reason: 'a changed zone would replace the instance' },
  { id: 'CloudFormation-Validate::W9010', reason: 'a changed image would replace the instance' },
]

/**
 * One plain template: no assets, no look-ups, no rule about bootstrapping, everything that can carry a tag
 * tagged as ours. Takes a second or two at first, on one core: not for the event loop of a server.
 */
export function buildTemplate(request: StackRequest): string {
  const outdir = mkdtempSync(join(tmpdir(), 'slipway-synth-'))
  try {
    const app = new App({ outdir, analyticsReporting: false, treeMetadata: false })
    const stack = new Stack(app, 'stack', {
      stackName: request.name,
      synthesizer: new LegacyStackSynthesizer(),
      description: 'Made by Slipway. Change it there: what is changed here is undone by the next deployment.',
    })
    switch (request.kind) {
      case 'base':
        templates.base(stack, request.config)
        break
      case 'runner':
        templates.runner(stack, request.config)
        break
      case 'server':
        templates.server(stack, request.config)
        break
      case 'cluster':
        templates.cluster(stack, request.config)
        break
      case 'edge':
        templates.edge(stack, request.config)
        break
      case 'static':
        templates.static(stack, request.config)
        break
      case 'function':
        templates.function(stack, request.config)
        break
      case 'front':
        templates.front(stack, request.config)
        break
    }
    Validations.of(stack).acknowledge(...acknowledged)
    Tags.of(stack).add(managedTag.Key, managedTag.Value)
    return JSON.stringify(app.synth().getStackByName(request.name).template)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
