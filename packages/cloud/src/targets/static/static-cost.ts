import type { Cost } from '../../costs/cost.ts'
import { costOf, freeLine, objectsLine } from '../../costs/price.ts'

/** What a site costs a month at AWS while nobody comes: its files alone, which is fractions of a cent. */
export function staticCost({ siteBytes }: { siteBytes: number | undefined }, region: string): Cost {
  return costOf([
    freeLine('CloudFront, its certificate and its functions, while nobody comes'),
    ...(siteBytes === undefined ? [] : [objectsLine(region, 'Files of the site in S3', siteBytes)]),
  ])
}
