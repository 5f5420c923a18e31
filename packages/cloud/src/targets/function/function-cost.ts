import type { Cost } from '../../costs/cost.ts'
import { costOf, freeLine, objectsLine } from '../../costs/price.ts'

/** What an environment of functions costs a month at AWS while nobody comes: its release in the bucket, fractions of a cent. */
export function functionCost({ releaseBytes }: { releaseBytes: number | undefined }, region: string): Cost {
  return costOf([
    freeLine('Functions, CloudFront and its certificates, while nobody comes'),
    ...(releaseBytes === undefined ? [] : [objectsLine(region, 'Release in S3', releaseBytes)]),
  ])
}
