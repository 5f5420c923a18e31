import { baseTemplate } from '../base/template.ts'
import { edgeTemplate } from '../edge/edge-template.ts'
import { runnerTemplate } from '../runner/template.ts'
import { clusterTemplate } from '../targets/cluster/template.ts'
import { frontTemplate } from '../targets/function/front-template.ts'
import { functionTemplate } from '../targets/function/function-template.ts'
import { serverTemplate } from '../targets/server/template.ts'
import { siteTemplate } from '../targets/static/site-template.ts'

/** The stacks that we make, by kind. Loads aws-cdk-lib, so only the synthesis thread and scripts import it. */
export const templates = {
  base: baseTemplate,
  runner: runnerTemplate,
  server: serverTemplate,
  cluster: clusterTemplate,
  edge: edgeTemplate,
  static: siteTemplate,
  function: functionTemplate,
  front: frontTemplate,
} as const

type Kind = keyof typeof templates
export type StackRequest = {
  [K in Kind]: { kind: K; name: string; config: Parameters<(typeof templates)[K]>[1] }
}[Kind]
