import { z } from 'zod'

const group = z.object({
  arn: z.string(),
  check: z.object({
    path: z.string(),
    intervalSeconds: z.number(),
    timeoutSeconds: z.number(),
    healthyCount: z.number(),
    unhealthyCount: z.number(),
    statuses: z.string(),
  }),
  /** Whether a visitor is kept on the target that answered first. */
  isSticky: z.boolean(),
  targets: z.array(z.object({ id: z.string(), port: z.number() })),
})
export type Group = z.infer<typeof group>
/** A load balancer as the emulator says it, by its DNS name: `GET /_ext/balancers`. */
export const balancer = z.object({ name: z.string(), groups: z.array(group) })
export type Balancer = z.infer<typeof balancer>
