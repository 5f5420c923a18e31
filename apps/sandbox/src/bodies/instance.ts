import { z } from 'zod'

/** What the emulator says of one instance, over all accounts: `GET /_ext/instances` and each line of its events. */
export const instanceRecord = z.object({
  account: z.string(),
  region: z.string(),
  id: z.string().regex(/^i-[0-9a-f]{8,17}$/),
  state: z.enum(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated']),
  /** ARN of the role in its instance profile. */
  role: z.string().nullable(),
  profile: z.string().nullable(),
  type: z.string(),
  image: z.string(),
  zone: z.string(),
  privateIp: z.string().nullish(),
  publicIp: z.string().nullish(),
  /** Base64, as the API takes it. */
  userData: z.string(),
  volumes: z.array(z.object({ device: z.string().nullable(), id: z.string() })),
  /** Counts up with each RebootInstances. */
  reboots: z.number(),
})

export type Instance = z.infer<typeof instanceRecord>

/** All instances of all accounts. Throws when the emulator does not answer. */
export async function listInstances(emulatorUrl: string): Promise<Instance[]> {
  const answer = await fetch(`${emulatorUrl}/_ext/instances`, { signal: AbortSignal.timeout(5000) })
  return z.array(instanceRecord).parse(await answer.json())
}
