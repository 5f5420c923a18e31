import { z } from 'zod'
import { command, duration, name, refuse, region, regions } from '../values.ts'
import { bake, checkFields, checksAfter, checksBefore, paths, runTimeout } from './check.ts'
import { monitorFields, monitors } from './monitor.ts'
import { isOneOf } from './one-of.ts'

const stagesMax = 50
const targetsMax = 50

const percent = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3})?\s?%$/, 'is not a share such as 10%')
  .transform((text) => Number.parseFloat(text))
  .refine((value) => value > 0, 'is nothing')
  .refine((value) => value <= 10, 'is more than a tenth, the most that one box may take')

const before = 'Steps and gates, in this order, before the deployment.'
const after = 'Steps and gates, in this order, after the deployment.'

const wave = z.strictObject({
  regions: regions
    .meta({
      description: 'One target in each of these regions. Left out: one target, in the app’s own region.',
      examples: [['us-east-1', 'us-west-2']],
    })
    .optional(),
  limit: z
    .int()
    .min(1, 'is less than 1')
    .max(targetsMax, `is more than ${targetsMax}`)
    .meta({ description: 'How many targets are deployed at once. Left out: all.', examples: [1] })
    .optional(),
  'one-box': percent
    .meta({
      description:
        'So much of the requests goes to the new release first, beside the old one, for as long as the `bake`: ten minutes without one, half an hour at most. Not with a disk.',
      examples: ['10%'],
    })
    .optional(),
  bake: bake
    .meta({ description: 'The first of `after`.', examples: [{ minutes: 60, requests: 1000 }] })
    .optional(),
  before: checksBefore.meta({ description: before }).optional(),
  after: checksAfter.meta({ description: after }).optional(),
})

const accountName = z.string().trim().min(1, 'is empty').max(60, 'is longer than 60 characters')

const stageFields = ['account', 'region', 'regions', 'waves', 'before', 'after', 'monitors']
const generateFields = ['timeout', 'cache', 'accounts', 'regions', 'gates']

/** An entry of the pipeline: a stage, or a command that says which stages come next. */
const stage = z
  .strictObject({
    stage: name.meta({ description: 'Its name, once in a pipeline.', examples: ['production'] }).optional(),
    generate: command
      .meta({
        description:
          'Instead of `stage`: a command on a runner in the app’s own account and region, which prints the stages that come next, or writes them to the file that SLIPWAY_PIPELINE names.',
        examples: ['npm run pipeline'],
      })
      .optional(),
    account: accountName
      .meta({
        description: 'Name of a connected cloud account. Left out: the app’s own.',
        examples: ['prod'],
      })
      .optional(),
    region: region
      .meta({
        description: 'The region of its one target. Left out: the app’s own.',
        examples: ['eu-west-1'],
      })
      .optional(),
    regions: regions
      .meta({
        description:
          'Instead of `region`: one target in each, deployed at once. Of `generate`: where its stages may be; left out: where those of the pipeline are.',
        examples: [['eu-west-1', 'us-east-1']],
      })
      .optional(),
    waves: z
      .array(wave)
      .min(1, 'has no wave')
      .max(20, 'has more than 20 waves')
      .meta({ description: 'Instead of `region`: targets in groups, one group after the other.' })
      .optional(),
    before: checksBefore.meta({ description: before }).optional(),
    after: checksAfter.meta({ description: after }).optional(),
    monitors: monitors
      .meta({
        description:
          'What must be well in each target: red is a rollback while it deploys or bakes, and blocks the way into it before.',
      })
      .optional(),
    timeout: duration('1s', '1d')
      .meta({ description: 'Of `generate`: how long it may take.', default: runTimeout, examples: ['10m'] })
      .optional(),
    cache: paths
      .meta({
        description: 'Of `generate`: folders that its next run finds again.',
        examples: [['node_modules']],
      })
      .optional(),
    accounts: z
      .array(accountName)
      .min(1, 'names no account')
      .max(50, 'has more than 50 accounts')
      .meta({
        description:
          'Of `generate`: the cloud accounts that its stages may be in. Left out: those of the pipeline, and the app’s own.',
        examples: [['prod']],
      })
      .optional(),
    gates: checksBefore
      .meta({
        description:
          'Of `generate`: steps and gates that stand before each of its stages, and that it cannot take away.',
      })
      .optional(),
  })
  .superRefine(isOneOf({ stage: stageFields, generate: generateFields }))
  .superRefine(placesAreOneForm)
  .superRefine(({ waves = [] }, context) => regionsAreOnce(waves, context))
export type ManifestStage = z.infer<typeof stage>

/** What a command prints that generates stages: a list as under `pipeline:`. That there are none is an answer too. */
export const generatedSchema = z
  .array(stage)
  .max(stagesMax, `has more than ${stagesMax} stages`)
  .superRefine((stages, context) => {
    const names = stages.map((one, index) => one.stage ?? generatorName(topName, index))
    for (const [index, one] of names.entries()) {
      const first = names.indexOf(one)
      if (first === index) continue
      const isNamed = stages[index]?.stage !== undefined
      const reason = isNamed ? 'is the name of an earlier stage too' : 'is what a later entry is called'
      refuse(context, { reason }, [isNamed ? index : first, 'stage'])
    }
  })

/** `pipeline:` of the manifest. */
export const pipelineSchema = generatedSchema
  .min(1, 'has no stage')
  .refine(
    (stages) => stages.length === 0 || stages.some((one) => one.generate === undefined || one.stage),
    'has no stage of its own, on whose runner it is built',
  )

/** Those of the manifest. */
export const topName = 'generate'

/** What an entry is called that is no stage itself: by its place, also in what another one has generated. */
export function generatorName(parent: string, index: number): string {
  return `${parent}-${index + 1}`
}

/** What the fields of each block are called. */
export const pipelineFields = {
  stage: Object.keys(stage.shape),
  wave: Object.keys(wave.shape),
  ...monitorFields,
  ...checkFields,
}
type PipelineLevel = keyof typeof pipelineFields

/** The kind of the block at a path below `pipeline`: that of the last name in it. */
export function pipelineLevelOf(path: readonly (string | number)[]): PipelineLevel {
  const last = path.findLast((step) => typeof step === 'string')
  switch (last) {
    case 'pipeline':
      return 'stage'
    case 'waves':
      return 'wave'
    case 'monitors':
      return 'monitor'
    case 'approve':
    case 'bake':
    case 'window':
    case 'hook':
    case 'datadog':
      return last
    default:
      return 'check'
  }
}

type Places = {
  region?: string | undefined
  regions?: string[] | undefined
  waves?: z.infer<typeof wave>[] | undefined
}

function placesAreOneForm(asked: Places, context: z.RefinementCtx): void {
  const forms = (['region', 'regions', 'waves'] as const).filter((form) => asked[form] !== undefined)
  for (const form of forms.slice(1)) {
    refuse(context, { reason: `stands beside ${forms[0]}: a stage has one of the two` }, [form])
  }
}

/** A second deployment of the same stage into the same place would undo or repeat the first. */
function regionsAreOnce(waves: z.infer<typeof wave>[], context: z.RefinementCtx): void {
  const seen = new Set<string>()
  let targets = 0
  for (const [index, { regions: named = [''] }] of waves.entries()) {
    targets += named.length
    for (const [position, one] of named.entries()) {
      // A list that names a region twice is refused by itself.
      if (seen.has(one) && named.indexOf(one) === position) {
        const path = ['waves', index, ...(one === '' ? [] : ['regions', position])]
        const what =
          one === '' ? 'has no regions, as an earlier wave' : 'is in an earlier wave of the stage too'
        refuse(context, { reason: what }, path)
      }
    }
    for (const one of named) seen.add(one)
  }
  if (targets > targetsMax) refuse(context, { reason: `has more than ${targetsMax} targets` })
}
