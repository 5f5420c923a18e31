import { z } from 'zod'
import { repository, runtimes } from './build-spec.ts'
import { variableName, variables } from './deployment-spec.ts'
import { idOf } from './ids.ts'
import { logStream } from './log-lines.ts'

/** Longer values of an output are refused: it is a name or an address for the next step, not a file. */
export const outputLengthMax = 4000

/** Longer texts of generated stages are refused. */
export const generatedLengthMax = 262_144

/** What one step keeps for later ones, as tar has it: larger is refused by whoever packs it and whoever unpacks it. */
export const artifactBytesMax = 1_073_741_824

const digest = z.string().regex(/^[0-9a-f]{64}$/)
/** In the bucket of the runner's account and region. */
const artifactKey = z.string().regex(/^artifacts\/[A-Za-z0-9_/-]{1,300}\.tar\.gz$/)
/** A file, a folder or a pattern of the checkout. */
const artifactName = z.string().regex(/^(?!\/)(?!.*\.\.)[^\0\n]{1,256}$/)

/** Files that go from step to step, in the bucket of the runner's account and region. */
const artifacts = z.object({
  bucket: z.string().min(1),
  /** What earlier steps kept; unpacked before the command, in this order. */
  found: z
    .array(
      z.object({
        key: artifactKey,
        digest,
        sizeBytes: z.int().positive(),
        /** Of the files, unpacked. */
        fileBytes: z.int().nonnegative(),
      }),
    )
    .max(1000),
  /** What this one keeps: each name must be there when it has ended well. */
  kept: z.object({ key: artifactKey, names: z.array(artifactName).min(1).max(50) }).optional(),
})
export type StepArtifacts = z.infer<typeof artifacts>

/** A command of a pipeline that a runner runs once, at the top of one commit's files. */
export const stepSpec = z.object({
  executionId: idOf('execution'),
  /** Execution, place and attempt: `exe_…/staging/after/0/1`. The tries of one attempt have the same. */
  stepId: z.string().regex(/^exe_[0-9a-z]{4,40}(\/[a-z0-9-]{1,40}){4,5}$/),
  /** Where its lines go: the log of its place. */
  stream: logStream.refine((stream) => stream.startsWith('check:'), 'is not the log of a step'),
  repository,
  command: z.string().min(1).max(4000),
  variables: variables.default({}),
  runtimes,
  /** Of the command alone; what comes before it is bounded by the deadline. */
  timeoutSeconds: z.int().min(1).max(86_400),
  /** The codes with which it may end; with any other it has failed. An agent that does not see this takes 0 alone. */
  endings: z.array(z.int().min(0).max(255)).min(1).max(10).default([0]),
  /** What it leaves for later steps: names that must be in the file SLIPWAY_OUTPUT when it has ended well. */
  outputs: z.array(variableName).max(50).default([]),
  /** Folders of the checkout that the next step with this key finds again where the same runner runs it. */
  cache: z
    .object({
      key: z.string().regex(/^[a-z0-9_]{1,60}$/),
      folders: z
        .array(z.string().regex(/^(?!\/)(?!.*\.\.)[^\0]{1,256}$/))
        .min(1)
        .max(50),
    })
    .optional(),
  artifacts: artifacts.optional(),
  /** What it prints, or writes into the file SLIPWAY_PIPELINE, are stages of a pipeline, which its output holds. */
  generates: z.boolean().default(false),
})
export type StepSpec = z.infer<typeof stepSpec>
export type StepSpecInput = z.input<typeof stepSpec>

/** What a step kept: one archive, of which the names are those that it was asked for. */
export const artifactsKept = z.object({
  digest,
  sizeBytes: z.int().positive(),
  names: z
    .array(z.object({ name: artifactName, files: z.int().nonnegative(), sizeBytes: z.int().nonnegative() }))
    .max(50),
})
export type ArtifactsKept = z.infer<typeof artifactsKept>

/** What a command that ended as it may says. */
export const stepOutput = z.object({
  /** How it ended. */
  code: z.int().default(0),
  outputs: z.record(variableName, z.string().max(outputLengthMax)),
  /** Of the command alone. */
  seconds: z.int().nonnegative(),
  /** Of one that keeps files. */
  artifacts: artifactsKept.optional(),
  /** Of one that generates. */
  generated: z.string().max(generatedLengthMax).optional(),
})
export type StepOutput = z.infer<typeof stepOutput>
