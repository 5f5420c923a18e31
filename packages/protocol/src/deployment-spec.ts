import { z } from 'zod'
import { idOf } from './ids.ts'

/** Names as Node's `process.arch` and our release keys have them. */
export const architecture = z.enum(['x64', 'arm64'])
export type Architecture = z.infer<typeof architecture>

export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
export const variables = z.record(variableName, z.string().max(32_000))

/** Where a secret's value lies in the account's Parameter Store, which the host reads with its own role. */
export const deployedSecret = z.object({
  name: variableName,
  parameter: z.string().startsWith('/').max(1000),
  version: z.int().positive(),
})

const folderInRelease = z
  .string()
  .regex(/^(?!\/)(?!.*\.\.)[\w@./-]*$/)
  .default('')

const deployedRelease = z.object({
  id: idOf('release'),
  number: z.int().positive(),
  /** In the host's own bucket. */
  key: z.string().min(1).max(1000),
  /** SHA-256 of the object, hex. What does not match is never unpacked. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().positive(),
  architecture,
})

/** Where a command runs in the release, and how long it may take until it is ended. */
const limitedCommand = z.object({
  run: z.string().min(1).max(4000),
  root: folderInRelease,
  timeoutSeconds: z.int().min(1).max(86_400),
})
export type LimitedCommand = z.infer<typeof limitedCommand>

/** When a cron service is run, and what becomes of a run that is due while the one before still goes on. */
const cron = z.object({
  /** Five fields of crontab(5) or a name such as @daily. */
  cron: z.string().min(1).max(120),
  /** Of the IANA database. */
  zone: z.string().min(1).max(60),
  overlap: z.enum(['skip', 'allow', 'replace']),
  timeoutSeconds: z.int().min(1).max(86_400),
})

/** Commands at points of a deployment; each is run by itself, one service after the other. */
const hooks = z.object({
  /** As root, once on each host, before anything of the release is started. */
  boot: limitedCommand.optional(),
  /** Once the new processes are healthy; where it fails nothing is switched. */
  beforeSwitch: limitedCommand.optional(),
  /** Once the release serves and is kept; where it fails that is said. */
  afterSwitch: limitedCommand.optional(),
})
export type Hooks = z.infer<typeof hooks>

export const deployedService = z.object({
  id: idOf('service'),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  /** Left of the first dot of its public host name; without one it cannot be reached from outside. */
  publicName: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/)
    .optional(),
  /** `web` listens on $PORT, `worker` on nothing, `static` is a folder that the host serves itself, `cron` runs when it is due. */
  kind: z.enum(['web', 'worker', 'static', 'cron']).default('web'),
  /** Of a `cron` service. */
  cron: cron.optional(),
  /** Shell command, run in `root` of the release. Not used by `static`. */
  run: z.string().max(4000).default(''),
  /** Folder inside the release: where the command runs, or for `static` the folder that is served. */
  root: folderInRelease,
  health: z
    .object({
      path: z.string().startsWith('/').default('/'),
      timeoutSeconds: z.int().min(1).max(900).default(60),
    })
    .prefault({}),
  /** From the polite signal to the hard one. */
  stopSeconds: z.int().min(0).max(300).default(10),
  hooks: hooks.optional(),
  /** Only one process may run at a time (a disk that one process opens): the old one is stopped first. */
  singleton: z.boolean().default(false),
  /** What the service may use before it is ended; left out, all of the host's memory but a tenth. */
  memoryMegabytes: z.int().min(16).optional(),
})
export type DeployedService = z.infer<typeof deployedService>

/**
 * How the new release takes over where both run side by side: so much of the requests for so long, step by step, and
 * all of them after the last. Percent above 0 and below 100.
 */
const canary = z.object({
  steps: z
    .array(z.object({ percent: z.number().min(0.1).max(99.9), seconds: z.int().min(1).max(3600) }))
    .min(1)
    .max(10),
  /** The services that are tried. Left out: all that visitors reach. */
  serviceIds: z.array(idOf('service')).min(1).optional(),
  /** How often a good release may be taken for worse on this host, all steps and services together. */
  chanceMax: z.number().min(1e-6).max(0.01).default(0.01),
})
export type Canary = z.infer<typeof canary>

/** Everything a host must know to run a release, also with Slipway gone. Holds no secret's value. */
export const deploymentSpec = z.object({
  protocol: z.int().positive().default(1),
  environmentId: idOf('environment'),
  deploymentId: idOf('deployment'),
  /** Of the environment's lease; a host refuses one older than it has seen. */
  fence: z.int().nonnegative(),
  release: deployedRelease,
  services: z.array(deployedService).min(1).max(50),
  variables,
  secrets: z.array(deployedSecret).max(500),
  /** How long the new processes must stay healthy after the switch before it counts as done. */
  bakeSeconds: z.int().min(0).max(3600).default(0),
  /** How much longer monitors may look at it, where requests come; they end it as soon as they have seen enough. */
  watchSeconds: z.int().min(0).max(3600).default(0),
  /**
   * Left out: all requests go to the new release at once. An agent that is older than this field does not see it and
   * does the same, so that a release is then watched after the switch, but not tried on a part of the visitors.
   */
  canary: canary.optional(),
  /** Run once before the release takes over; where it fails, nothing is changed. */
  releaseCommand: limitedCommand.optional(),
})
export type DeploymentSpec = z.infer<typeof deploymentSpec>
/** As it is written by hand: what has a default may be left out. */
export type DeploymentSpecInput = z.input<typeof deploymentSpec>

/** The object `environments/<id>/current.json` and its copy on the host's disk: the last healthy spec. */
export const pointer = z.object({ spec: deploymentSpec, healthyAt: z.iso.datetime() })
export type Pointer = z.infer<typeof pointer>

export const pointerKey = (environmentId: string) => `environments/${environmentId}/current.json`

/** How a release is packed: hosts unpack the one, Lambda the other. */
export const archives = ['tar.gz', 'zip'] as const
export type Archive = (typeof archives)[number]

export const releaseKey = (environmentId: string, releaseId: string, archive: Archive) =>
  `environments/${environmentId}/releases/${releaseId}.${archive}`

/** How the release at this key is packed. */
export const archiveOf = (key: string): Archive => (key.endsWith('.zip') ? 'zip' : 'tar.gz')
