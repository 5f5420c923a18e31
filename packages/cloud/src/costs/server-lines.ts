import { z } from 'zod'
import type { CostLine } from './cost.ts'
import { addressLine, alarmLine, instanceLine, volumeLine } from './price.ts'

const disks = z.array(
  z.object({ name: z.string(), gigabytes: z.number(), type: z.string(), iops: z.int().optional() }),
)

/** What the row of a stack says of the machine, or of the files, that stand, as it was noted when it did; absent before that. */
export const factsOfMachine = z.object({
  instanceType: z.string().optional(),
  rootGigabytes: z.coerce.number().optional(),
  volumes: z
    .string()
    .transform((text) => disks.parse(JSON.parse(text)))
    .optional(),
  alarms: z.coerce.number().optional(),
  /** Of a cluster: its least hosts, and the zones in which its load balancer has an address. */
  hosts: z.coerce.number().optional(),
  zones: z.coerce.number().optional(),
  /** Of a site: what its files have in all. */
  siteBytes: z.coerce.number().optional(),
  /** And where they lie, which its stack may not. */
  siteRegion: z.string().optional(),
  /** Of functions: what the archive of their live release has. */
  releaseBytes: z.coerce.number().optional(),
})

/** A server that stands, part by part. */
export function serverLines(
  region: string,
  { instanceType, rootGigabytes, volumes, alarms }: z.infer<typeof factsOfMachine>,
): CostLine[] {
  return [
    ...(instanceType ? [instanceLine(region, instanceType)] : []),
    ...(rootGigabytes ? [volumeLine(region, 'System disk', { gigabytes: rootGigabytes, type: 'gp3' })] : []),
    ...(volumes ?? []).map((disk) => volumeLine(region, `Disk ${disk.name}`, disk)),
    addressLine(region),
    ...(alarms ? [alarmLine(region)] : []),
  ]
}
