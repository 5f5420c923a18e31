import { readFileSync } from 'node:fs'

/** CloudFront takes no more: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
export const edgeCodeBytesMax = 10_240

/** The text of a function that runs at the edge, as it stands in code/. */
export function edgeCode(name: 'viewer-request' | 'viewer-response' | 'front-request'): string {
  return readFileSync(new URL(`code/${name}.js`, import.meta.url), 'utf8')
}
