import { baseTemplate } from '../base/template.ts'
import { runnerTemplate } from '../runner/template.ts'
import { serverTemplate } from '../targets/server/template.ts'
import { edgeTemplate } from '../targets/static/edge-template.ts'
import { siteTemplate } from '../targets/static/site-template.ts'

/** The stacks that we make, by kind. Loads aws-cdk-lib, so only the synthesis thread and scripts import it. */
export const templates = {
  base: baseTemplate,
  runner: runnerTemplate,
  server: serverTemplate,
  edge: edgeTemplate,
  static: siteTemplate,
} as const

type Kind = keyof typeof templates
export type StackRequest = {
  [K in Kind]: { kind: K; name: string; config: Parameters<(typeof templates)[K]>[1] }
}[Kind]
