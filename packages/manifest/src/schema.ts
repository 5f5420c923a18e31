import { z } from 'zod'
import { computeKinds, sizes } from './app-plan.ts'
import { cronTimeout, overlap, releaseCommand } from './commands.ts'
import { deploy, deployFields } from './deploy.ts'
import { disk, diskFields, snapshotFields } from './disk.ts'
import { hookFields, hooks, hooksFields } from './hooks.ts'
import { pipelineFields, pipelineSchema } from './pipeline/pipeline.ts'
import { scale, scaleFields, scaleOnFields, scaleScheduleFields } from './scale.ts'
import { every } from './schedule.ts'
import { command, duration, folder, name, variableName } from './values.ts'

const sizeDescription =
  'How large the host is, or each host of a cluster. A host carries all services of an app, so services that name a size must name the same.'

const size = z
  .union([
    z.enum(sizes),
    z.strictObject({
      instance: z
        .string()
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'is not an EC2 instance type such as t4g.small')
        .meta({ description: 'Exactly this EC2 instance type.', examples: ['c7g.large'] }),
    }),
  ])
  .meta({ description: sizeDescription, default: 'small', examples: ['small', { instance: 'c7g.large' }] })

const healthPath = z
  .string()
  .regex(/^\/[^\s]*$/, 'is not a path such as /healthz')
  .max(256, 'is longer than 256 characters')

const health = z
  .union([
    healthPath,
    z.literal(false),
    z.strictObject({
      path: healthPath.meta({ description: 'The path that is asked.', default: '/' }).optional(),
      timeout: duration('1s', '10m')
        .meta({
          description: 'How long a new release may take until it answers.',
          default: '60s',
          examples: ['90s'],
        })
        .optional(),
    }),
  ])
  .meta({
    description:
      'The path that tells whether the service is well: any answer below 500. `false`: it listens on no port, it is a worker.',
    default: '/',
    examples: ['/healthz', false, { path: '/healthz', timeout: '90s' }],
  })

const service = z.strictObject({
  root: folder
    .meta({
      description: 'Folder of the service: detection, build and run start here.',
      default: '.',
      examples: ['services/web'],
    })
    .optional(),
  build: command
    .meta({
      description: 'Shell command that builds it on a runner. Detected when left out.',
      examples: ['npm ci && npm run build'],
    })
    .optional(),
  run: command
    .meta({
      description: 'Shell command that runs it; listens on $PORT. Detected when left out.',
      examples: ['node server.js'],
    })
    .optional(),
  publish: folder
    .meta({
      description: 'Folder that is served as it is after the build, instead of `run`.',
      examples: ['dist'],
    })
    .optional(),
  kind: z
    .enum(computeKinds)
    .meta({
      description:
        'Compute kind. `server`: one EC2 instance with in-place deployments. `cluster`: as many as `scale` says, behind a load balancer, one after the other with a new release. `static`: a published folder in S3 behind CloudFront, for an app of which nothing runs. `function`: Lambda behind CloudFront, for services that answer requests and keep nothing between them. Left out: `static` where every service is a published folder and none asks for what only a server has, else `server`; an environment stays on the kind of its first deployment.',
    })
    .optional(),
  size: size.optional(),
  scale: scale
    .meta({
      description: 'Beside `kind: cluster`: how many hosts there are. Each runs all services of the app.',
      examples: [{ min: 2, max: 5, on: { cpu: '60%' } }],
    })
    .optional(),
  health: health.optional(),
  disks: z
    .record(name, disk)
    .meta({
      description:
        'Disks by name. They outlive hosts and deployments. A service that names one runs once at a time; the others find it at its path too.',
      examples: [{ data: { path: '/data', size: '20GB' } }],
    })
    .optional(),
  deploy: deploy
    .meta({
      description: 'How a new release of the service takes over from the one before.',
      examples: [{ strategy: 'canary', steps: ['5% for 10m', '25% for 10m'] }],
    })
    .optional(),
  hooks: hooks
    .meta({
      description:
        'Commands of yours at points of a deployment and of a host’s life, with the app’s variables.',
      examples: [{ boot: 'ops/boot.sh', 'before-switch': 'ops/warm.sh' }],
    })
    .optional(),
  every: every
    .meta({
      description:
        'Runs the command when it is due and not all the time: the five fields of a crontab, or @hourly, @daily, @weekly, @monthly; and a time zone, UTC when left out. Each time on one host, once.',
      examples: ['0 3 * * *', '30 8 * * 1-5 Europe/London', '@daily'],
    })
    .optional(),
  overlap: overlap
    .meta({
      description:
        'Beside `every`: what happens when it is due while the run before still goes on. `skip`: nothing. `allow`: both run. `replace`: the one before is ended.',
      default: 'skip',
    })
    .optional(),
  timeout: cronTimeout
    .meta({
      description: 'Beside `every`: after so long a run is ended and has failed.',
      default: '1h',
      examples: ['10m'],
    })
    .optional(),
})

const variableValue = z.union([
  z.string().max(32_000, 'is longer than 32,000 characters'),
  z.number(),
  z.boolean(),
])

const secret = z.union([variableName, z.record(variableName, z.literal('generate'))])

/** slipway.yaml, as far as it works. What is written here is the JSON Schema and the reference page too. */
export const manifestSchema = z.strictObject({
  app: name.meta({ description: 'Name of the app.', examples: ['shop'] }).optional(),
  services: z
    .record(name, service)
    .meta({
      description:
        'Process types by name. Left out: one service `web`, or those of the Procfile. A service that is named `web`, is alone, or has `health` or `publish` listens on $PORT and gets a public name; one with `every` runs when it is due; the others are workers.',
    })
    .optional(),
  env: z
    .record(variableName, variableValue)
    .meta({ description: 'Plain variables of all services.', examples: [{ LOG_LEVEL: 'info' }] })
    .optional(),
  secrets: z
    .array(secret)
    .max(200, 'has more than 200 entries')
    .meta({
      description:
        'Names of secrets; their values live in the parameter store of your own AWS account. `generate` makes a random value once.',
      examples: [['STRIPE_KEY', { SESSION_KEY: 'generate' }]],
    })
    .optional(),
  release: releaseCommand
    .meta({
      description:
        'A command that each deployment runs once before the new release takes over, such as migrations of a database: with the new code, its variables and the disk, beside the old release, which still serves. If it fails, nothing has changed. Not run on the way back to an earlier release.',
      examples: ['npm run migrate', { run: 'bin/migrate', timeout: '1h' }],
    })
    .optional(),
  pipeline: pipelineSchema
    .meta({
      description:
        'The stages that a revision goes through, in this order. Left out: one stage, `production`, in the app’s own account and region.',
    })
    .optional(),
})

export type Manifest = z.infer<typeof manifestSchema>
export type ManifestService = z.infer<typeof service>

/** What the fields of each level are called, for the nearest name. */
export const fields = {
  manifest: Object.keys(manifestSchema.shape),
  service: Object.keys(service.shape),
  disk: diskFields,
  snapshots: snapshotFields,
  hooks: hooksFields,
  'service-hook': hookFields,
  size: ['instance'],
  scale: scaleFields,
  on: scaleOnFields,
  schedule: scaleScheduleFields,
  health: ['path', 'timeout'],
  release: ['run', 'timeout'],
  deploy: deployFields,
  ...pipelineFields,
}
export type Level = keyof typeof fields

/** Fields that a manifest may have one day and that are refused until they do what they say. */
export const fieldsNotYet: Partial<Record<Level, readonly string[]>> = {
  manifest: ['resources', 'drains', 'alerts', 'previews'],
  service: ['watch', 'domains', 'patch'],
  size: ['cpu', 'memory', 'spot'],
  on: ['queue'],
}

/** Values in the same position, by the field's path with `*` for names. */
export const valuesNotYet: Record<string, readonly string[]> = {
  'services.*.deploy.*': ['rolling', 'blue-green'],
}
