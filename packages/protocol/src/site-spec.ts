import { z } from 'zod'
import { idOf } from './ids.ts'
import { logStream } from './log-lines.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
/** A folder of the release, empty for its top. */
const folder = z.string().regex(/^(?!\/)(?!.*\.\.)[^\0]{0,256}$/)
const serviceName = z.string().regex(/^[a-z0-9-]{1,63}$/)

/** A published folder: what a build checks before it is a release, and what is laid out as a site. */
export const siteFolder = z.object({ name: serviceName, folder })
export type SiteFolder = z.infer<typeof siteFolder>

/** More files than this are refused at the build: each has its line in the table by which the edge finds it. */
export const siteFilesMax = 20_000

/** What a runner lays out, file by file, in the bucket of its account and region. */
export const siteSpec = z.object({
  /** Whose deployment it is, by which the command is found again. */
  deploymentId: idOf('deployment'),
  stream: logStream,
  bucket: z.string().min(1),
  /** Where the files go: `sites/<environment>/<build>/`, below it a folder for each service. */
  prefix: z.string().regex(/^sites\/[a-z0-9_]{1,60}\/[0-9a-f]{16}\/$/),
  /** Where the list of what lies there is put, last of all: whoever finds it finds all files. */
  listKey: z.string().regex(/^environments\/[A-Za-z0-9_./-]{1,300}\.json$/),
  release: z.object({ key: z.string().min(1).max(1000), digest, sizeBytes: z.int().positive() }),
  services: z.array(siteFolder).min(1).max(50),
})
export type SiteSpec = z.infer<typeof siteSpec>
export type SiteSpecInput = z.input<typeof siteSpec>

/** What the edge reads at once holds 1 KB, and a rule must fit into it. In bytes. */
export const redirectLengthMax = 450
const bounded = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= redirectLengthMax, `is longer than ${redirectLengthMax} bytes`)

/** Of `_redirects`, in its order. */
const redirect = z.object({
  /** A path; `:name` stands for one part of it, `*` at the end for the rest. */
  from: bounded.refine((text) => text.startsWith('/'), 'is no path'),
  /** A path or an address, with `:name` and `:splat`; for 200 the file that is served, without a slash in front. */
  to: bounded.refine((text) => text !== '', 'is empty'),
  status: z.union([
    z.literal(200),
    z.literal(301),
    z.literal(302),
    z.literal(303),
    z.literal(307),
    z.literal(308),
  ]),
  /** Also where there is a file of that path. */
  isForced: z.boolean(),
})
export type SiteRedirect = z.infer<typeof redirect>

/** What was laid out: the table of the edge is made of it. Paths have no slash in front. */
export const siteList = z.object({
  sizeBytes: z.int().nonnegative(),
  services: z
    .array(
      z.object({
        name: serviceName,
        files: z
          .array(z.object({ path: z.string().min(1).max(1024), isImmutable: z.boolean() }))
          .max(siteFilesMax),
        redirects: z.array(redirect).max(2100),
        /** Whether there is a page for what is not found. */
        hasNotFoundPage: z.boolean(),
      }),
    )
    .max(50),
})
export type SiteList = z.infer<typeof siteList>

/** Where the page for what is not found lies below a service's folder: the same file once more, kept apart by its status. */
export const notFoundFile = '.slipway/404.html'

/** Names of the metadata by which the edge finishes an answer; S3 puts `x-amz-meta-` in front. */
export const siteMetadata = { release: 'release', headers: 'headers', status: 'status' } as const

/** What a command that laid out a site says. */
export const siteOutput = z.object({ files: z.int().nonnegative(), sizeBytes: z.int().nonnegative() })
export type SiteOutput = z.infer<typeof siteOutput>
