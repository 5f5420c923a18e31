import { z } from 'zod'
import { architecture, archives, variables } from './deployment-spec.ts'
import { idOf } from './ids.ts'
import { siteFolder } from './site-spec.ts'

/** One commit, and how a runner gets it. */
export const repository = z.object({
  url: z.url({ protocol: /^https?$/ }),
  /** Good for one fetch of one commit; sent as the password of the user `slipway`. */
  token: z.string().min(1).max(4000).optional(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
})

/** Languages that commands need. A kind that the runner does not know fails what needs it. */
export const runtimes = z
  .array(z.object({ kind: z.string().regex(/^[a-z]{1,20}$/), range: z.string().min(1).max(100) }))
  .max(10)

/** What a runner turns into a release: one commit, its commands, and where the result goes. */
export const buildSpec = z.object({
  executionId: idOf('execution'),
  releaseId: idOf('release'),
  repository,
  /** Folder inside the repository where the commands run; empty is its top. The whole repository is released. */
  root: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)[\w@./-]*$/)
    .default(''),
  /** Shell commands, in order; the first that fails ends the build. None is fine: the files are the release. */
  commands: z.array(z.string().min(1).max(4000)).max(50),
  /** Variables of the build; also what it must never print is named in `hidden`. */
  variables: variables.default({}),
  hidden: z.array(z.string()).max(500).default([]),
  /** What it is built with, and carries where it runs with it. */
  runtimes,
  /** Only this folder becomes the release (a static site). */
  publish: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)[\w@./-]+$/)
    .optional(),
  /** Each service's command: an executable of the repository that it names must exist and be of one architecture. */
  services: z
    .array(z.object({ name: z.string(), run: z.string() }))
    .max(50)
    .default([]),
  /** Published folders that are to be served from S3: each must be a site when the commands are done. */
  sites: z.array(siteFolder).max(50).default([]),
  /** A zip is a function: beside the app it has what starts it, and it must not be larger than Lambda takes. */
  archive: z.enum(archives).default('tar.gz'),
  output: z.object({ bucket: z.string().min(1), key: z.string().min(1).max(1000) }),
  timeoutSeconds: z.int().min(1).max(7200).default(1800),
})
export type BuildSpec = z.infer<typeof buildSpec>
export type BuildSpecInput = z.input<typeof buildSpec>

const phaseTime = z.object({ phase: z.string().max(60), milliseconds: z.int().nonnegative() })

/** What a finished build says. `architecture` is the runner's, or that of an executable in the repository. */
export const buildOutput = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().positive(),
  architecture,
  /** Names and versions of its runtimes, for people, such as `Node 24.21.0`. */
  runtime: z.string().nullable(),
  phases: z.array(phaseTime).max(50),
})
export type BuildOutput = z.infer<typeof buildOutput>

/** What a finished deployment says. Milliseconds are the host's own. */
export const deployOutput = z.object({
  phases: z.array(phaseTime).max(50),
  services: z.array(
    z.object({ name: z.string(), port: z.int().nullable(), bootMilliseconds: z.int().nonnegative() }),
  ),
  /** How long requests were held at the gate; zero where the new processes ran beside the old. */
  heldMilliseconds: z.int().nonnegative(),
})
export type DeployOutput = z.infer<typeof deployOutput>
