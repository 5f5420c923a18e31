import { connectTemplate } from '@slipway/cloud'

/** The template of the connect stack, as it would lie in the public bucket on AWS. */
export function connectTemplateText(): string {
  return JSON.stringify(connectTemplate(), undefined, 2)
}
