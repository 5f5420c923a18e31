import { readFileSync } from 'node:fs'

/** CloudFront takes no more: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
export const edgeCodeBytesMax = 10_240

/** The text of a function that runs at the edge, as it stands in edge/. */
export function edgeCode(name: 'viewer-request' | 'viewer-response'): string {
  return readFileSync(new URL(`edge/${name}.js`, import.meta.url), 'utf8')
}
