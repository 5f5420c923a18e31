import { z } from 'zod'
import { overlap, releaseCommandPlan } from './commands.ts'
import { hooksPlan } from './hooks.ts'
import { pipelinePlanSchema } from './pipeline/pipeline-plan.ts'
import type { ManifestProblem } from './problem.ts'
import { scalePlan } from './scale.ts'
import { schedulePlan } from './schedule.ts'

const architecture = z.enum(['x86_64', 'arm64'])
export type Architecture = z.infer<typeof architecture>

/**
 * What a release is built with, and carries where it runs with it too. The range is in the notation of the
 * language itself: npm's for Node, Deno and Bun, PEP 440 for Python, Bundler's for Ruby, Composer's for PHP, one
 * version for the others.
 */
const runtime = z.object({
  kind: z.enum(['node', 'bun', 'deno', 'python', 'ruby', 'php', 'java', 'go', 'rust']),
  range: z.string().min(1).max(100),
})
export type Runtime = z.infer<typeof runtime>

/** Sizes by name; which instance type stands behind one is decided by the compute target. */
export const sizes = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge'] as const
export type Size = (typeof sizes)[number]

/** The host of an environment, or each of them: a size by name, or exactly this EC2 instance type. */
const machine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('size'), size: z.enum(sizes) }),
  z.object({ kind: z.literal('instance'), type: z.string() }),
])
export type Machine = z.infer<typeof machine>

export const diskTypes = ['gp3', 'gp2'] as const

/**
 * What an environment can run on: an instance with the agent, a group of such behind a load balancer, a bucket behind a CDN,
 * which runs nothing, or functions.
 */
export const computeKinds = ['server', 'cluster', 'static', 'function'] as const
export type ComputeKind = (typeof computeKinds)[number]

/** Whether instances stand behind it, which say how its services are. */
export const hasHosts: Record<ComputeKind, boolean> = {
  server: true,
  cluster: true,
  static: false,
  function: false,
}

/**
 * What the app asks to run on. `isNamed` where slipway.yaml says so; else it was detected, and an environment that
 * runs on another kind already stays on that.
 */
const compute = z.object({ kind: z.enum(computeKinds), isNamed: z.boolean() })
export type Compute = z.infer<typeof compute>

/** So many snapshots of each age are kept; one that is kept for a longer time counts for the shorter ones too. */
const snapshotPlan = z.object({
  hourly: z.int().nonnegative(),
  daily: z.int().nonnegative(),
  weekly: z.int().nonnegative(),
})
export type SnapshotPlan = z.infer<typeof snapshotPlan>

const diskPlan = z.object({
  name: z.string(),
  /** Where the service finds it on the host, absolute, such as `/data`. */
  path: z.string(),
  sizeGigabytes: z.int().positive(),
  type: z.enum(diskTypes),
  /** Of gp3, where more are asked for than come with it; null, as in plans that were kept before: as they come. */
  iops: z.int().nullable().default(null),
  /** Null, as in plans that were kept before: none is taken by itself. */
  snapshots: snapshotPlan.nullable().default(null),
})
export type DiskPlan = z.infer<typeof diskPlan>

/** How much of the requests a new release gets beside the old one, and for how long, before it gets all. */
const canaryPlan = z.object({
  steps: z.array(z.object({ percent: z.number().positive(), seconds: z.int().positive() })).min(1),
})
export type CanaryPlan = z.infer<typeof canaryPlan>

/** When a cron service runs, what becomes of a run that is due while the one before still goes on, and how long one may take. */
const cronPlan = schedulePlan.extend({ overlap, timeoutSeconds: z.int().positive() })
export type CronPlan = z.infer<typeof cronPlan>

export const servicePlanSchema = z.object({
  name: z.string(),
  /**
   * Its folder in the repository and in the release, '' for the root: where `run` is run, or for `static` the
   * folder that is served.
   */
  root: z.string(),
  /** A shell command; '' for `static`. It listens on $PORT when the service is `web`. */
  run: z.string(),
  /** `web` listens on $PORT, `static` is a folder that is served as it is: both get a public name. `cron` is run when it is due. */
  kind: z.enum(['web', 'worker', 'static', 'cron']),
  /** The path that is asked until it answers below 500; left out for a worker and a cron service. */
  health: z.object({ path: z.string(), timeoutSeconds: z.int() }).optional(),
  /** A service with a disk is never run twice at once. */
  disks: z.array(diskPlan),
  /** The same for all services of an app that have one; null, as in plans that were kept before: all at once. */
  canary: canaryPlan.nullable().default(null),
  /** Of a cron service, else null, as in plans that were kept before there was one. */
  cron: cronPlan.nullable().default(null),
  /** Null, as in plans that were kept before there were any: none. */
  hooks: hooksPlan.nullable().default(null),
  /** What was read and detected, one sentence each, for the page of the push. */
  why: z.array(z.string()),
})
export type ServicePlan = z.infer<typeof servicePlanSchema>

const secretPlan = z.object({
  name: z.string(),
  /** Whether a random value is made once when none is there. */
  generate: z.boolean(),
})
export type SecretPlan = z.infer<typeof secretPlan>

/** The form in which a plan is kept in a row; parse with it what comes out of one. */
export const appPlanSchema = z.object({
  /** `app:` of the manifest. */
  app: z.string().optional(),
  /** Whether the repository has a slipway.yaml. */
  hasManifest: z.boolean(),
  /** Each name once. */
  services: z.array(servicePlanSchema).min(1),
  /** Shell commands for the top of a clone, in this order, each once; none when nothing is to be built. */
  build: z.array(z.string()),
  /** Each kind once; none when nothing but the release itself is needed. */
  runtimes: z.array(runtime),
  machine,
  /** Run once by each deployment before the new release takes over; null, as in plans that were kept before: none. */
  releaseCommand: releaseCommandPlan.nullable().default(null),
  /** Plans that were kept before there was a choice ran on a server. */
  compute: compute.default({ kind: 'server', isNamed: false }),
  /** Of a cluster, else null, as in plans that were kept before there was one. */
  scale: scalePlan.nullable().default(null),
  /** What a ready executable or the instance type fixes; `any` leaves the choice to the target. */
  architecture: z.union([architecture, z.literal('any')]),
  /** Plain variables, for all services. */
  variables: z.record(z.string(), z.string()),
  secrets: z.array(secretPlan),
  /** `pipeline:` of the manifest; null, as in plans that were kept before there was one: the one stage `production`. */
  pipeline: pipelinePlanSchema.nullable().default(null),
})

/** All that one revision asks for: what is built, what is run, and on what. */
export type AppPlan = z.infer<typeof appPlanSchema>

/** A plan, or all that keeps it from being one. */
export type PlanResult = { ok: true; plan: AppPlan } | { ok: false; problems: ManifestProblem[] }
