import { z } from 'zod'
import { idOf } from './ids.ts'

/** Where the file lies on every host and runner. */
export const hostFilePath = '/etc/slipway/host.json'

/**
 * What an instance's user data writes before anything of ours runs: who it is, where its bucket and the api
 * are. Nothing in it is secret, and nothing in it is believed by the api.
 */
export const hostFile = z.object({
  kind: z.enum(['host', 'runner']),
  /** Absent where instances are started by a group: all have one file, and each names itself by its instance (`hostIdOfInstance`). */
  hostId: idOf('host').optional(),
  organisationId: idOf('organisation'),
  /** Of a host; a runner belongs to no environment. */
  environmentId: idOf('environment').optional(),
  cloudAccountId: idOf('cloudAccount'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  /** WebSocket URL of the api's agent channel. */
  endpoint: z.url({ protocol: /^wss?$/ }),
  /** STS as the api knows it: the host name is signed, so both sides must use the same. */
  stsEndpoint: z.url().optional(),
  awsEndpoint: z.url().optional(),
  /** TCP port of the gate; 80 when left out. */
  gatePort: z.int().min(1).max(65535).optional(),
  disks: z
    .array(
      z.object({
        name: z.string().min(1),
        device: z.string().min(1),
        path: z.string().regex(/^\/[\w./-]+$/),
      }),
    )
    .default([]),
})
export type HostFile = z.infer<typeof hostFile>
