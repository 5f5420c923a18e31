/** What the base stack of an account and region is made from. */
export type BaseStackConfig = {
  /** Up to three availability zones, each of which gets a subnet. Never fewer than before. */
  zones: string[]
  bucket: string
  runnerProfileArn: string
  runnerTemplateName: string
}

/** `us-east-1a` → `Subnetuseast1a`: names of outputs have letters and digits only. */
export function subnetOutput(zone: string): string {
  return `Subnet${zone.replaceAll('-', '')}`
}
