/** What the stack of an account is made from that all its sites share. */
export type EdgeStackConfig = {
  /** Of its parts, which are unique in an account. */
  name: string
}

/** CloudFront's certificates lie here, wherever a site's files do, and so does what belongs to it. */
export const edgeRegion = 'us-east-1'
