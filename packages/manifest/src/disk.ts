import { z } from 'zod'
import { type DiskPlan, diskTypes } from './app-plan.ts'
import { type ManifestProblem, type PlaceOf, withPlace } from './problem.ts'
import { refuse } from './values.ts'

/** `/dev/sdf` to `/dev/sdp`: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-device-naming.html */
const disksMax = 11
const gigabytesDefault = 8
/**
 * Of a gp3 volume; 3,000 come with it. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html, and
 * at most 500 for each GB: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
const iops = { min: 3000, max: 16_000, perGigabyte: 500 }

/** Of each age; a hundred snapshots of a disk are as many as anyone looks through. */
const keptMax = { hourly: 72, daily: 90, weekly: 104 }

const kept = (age: keyof typeof keptMax, words: string) =>
  z
    .int()
    .min(1, 'is less than one')
    .max(keptMax[age], `is more than ${keptMax[age]}`)
    .meta({ description: words, default: 'none', examples: [7] })
    .optional()

const snapshots = z
  .strictObject({
    hourly: kept('hourly', 'So many hourly snapshots are kept.'),
    daily: kept('daily', 'So many daily snapshots are kept.'),
    weekly: kept('weekly', 'So many weekly snapshots are kept.'),
  })
  .refine((asked) => Object.keys(asked).length > 0, 'names no age: say how many are kept, such as daily: 7')

/** What its fields are called, for the nearest name. */
export const snapshotFields = Object.keys(snapshots.shape)

/** One disk of a service. */
export const disk = z
  .strictObject({
    path: z
      .string()
      .refine(
        isMountPath,
        'is not a place for a disk: an absolute path such as /data, outside the system’s own folders',
      )
      .meta({ description: 'Where every service of the app finds the disk.', examples: ['/data'] }),
    size: z
      .string()
      .regex(/^[1-9][0-9]*\s?(GB|TB)$/, 'is not a size such as 20GB')
      .refine((text) => gigabytes(text) <= 16_384, 'is larger than a volume can be: at most 16TB')
      .meta({
        description: 'Size of the volume. It grows in place, while the app runs; it never shrinks.',
        default: `${gigabytesDefault}GB`,
        examples: ['20GB'],
      })
      .optional(),
    type: z.enum(diskTypes).meta({ description: 'EBS volume type.', default: 'gp3' }).optional(),
    iops: z
      .int()
      .min(iops.min, `is less than ${iops.min}, which every gp3 volume has`)
      .max(iops.max, `is more than ${iops.max}`)
      .meta({
        description: `Operations a second of a gp3 volume, at most ${iops.perGigabyte} for each GB of it. More than ${iops.min} cost extra.`,
        default: iops.min,
        examples: [6000],
      })
      .optional(),
    snapshots: snapshots
      .meta({
        description:
          'Snapshots that are taken by themselves, and how many of each age are kept. Older ones are deleted; those that people took never are.',
        default: 'none',
        examples: [{ daily: 7 }],
      })
      .optional(),
  })
  .superRefine(({ type, size, iops: asked }, context) => {
    if (asked === undefined) return
    if (type === 'gp2')
      return refuse(context, { reason: 'stands beside gp2, whose size decides it' }, ['iops'])
    const most = iops.perGigabyte * (size === undefined ? gigabytesDefault : gigabytes(size))
    if (asked > Math.max(iops.min, most))
      refuse(context, { reason: `is more than a volume of this size can have: ${most}` }, ['iops'])
  })

/** What its fields are called, for the nearest name. */
export const diskFields = Object.keys(disk.shape)

export function diskPlanOf(name: string, asked: z.infer<typeof disk>): DiskPlan {
  return {
    name,
    path: asked.path,
    sizeGigabytes: asked.size === undefined ? gigabytesDefault : gigabytes(asked.size),
    type: asked.type ?? 'gp3',
    iops: asked.iops ?? null,
    snapshots: asked.snapshots ? { hourly: 0, daily: 0, weekly: 0, ...asked.snapshots } : null,
  }
}

/** All disks of an app hang on one host: each has a name and a path of its own. */
export function diskProblems(
  services: readonly { name: string; disks: readonly DiskPlan[] }[],
  placeOf: PlaceOf,
): ManifestProblem[] {
  const disks = services.flatMap((service) => service.disks.map((one) => ({ service: service.name, ...one })))
  return disks.flatMap((one, index) => {
    const before = disks.slice(0, index)
    const place = withPlace(placeOf(['services', one.service, 'disks', one.name]))
    const problem = (what: string, why: string, todo: string) => [
      { code: 'manifest-disks', what, why, todo, value: one.name, ...place },
    ]
    const same = before.find(({ name }) => name === one.name)
    if (same)
      return problem(
        `services.${same.service} has a disk ${one.name} already.`,
        'All services of an app run on one host and find each disk at its path.',
        'Name the disk at one service only, or call it something else.',
      )
    const inside = before.find(({ path }) => isWithin(path, one.path) || isWithin(one.path, path))
    if (inside)
      return problem(
        `${one.path} of the disk ${one.name} and ${inside.path} of ${inside.name} lie in each other.`,
        'One of the two would hide what the other holds.',
        'Choose a path beside the other.',
      )
    if (index >= disksMax)
      return problem(
        `${one.name} would be disk ${index + 1} of the app.`,
        `An instance has names for ${disksMax}.`,
        'Put what belongs together on one disk.',
      )
    return []
  })
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`)
}

/** Gigabytes of a size that the schema has let through. */
function gigabytes(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('TB') ? 1024 : 1)
}

const systemFolders = [
  'bin',
  'boot',
  'dev',
  'etc',
  'lib',
  'lib64',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr',
]

function isMountPath(path: string): boolean {
  if (!/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,8}$/.test(path)) return false
  const [, first = ''] = path.split('/')
  return !systemFolders.includes(first) && path !== '/var' && !/^\/var\/(lib|lib\/slipway(\/.*)?)$/.test(path)
}
