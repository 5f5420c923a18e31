import { z } from 'zod'
import { nearest } from '../nearest.ts'
import {
  cleanFolder,
  command,
  duration,
  files,
  folder,
  refuse,
  regions,
  seconds,
  url,
  variableName,
} from '../values.ts'
import { dates, hours } from './hours.ts'
import { isOneOf } from './one-of.ts'
import type { AskedCheck } from './pipeline-plan.ts'

export const runTimeout = '30m'
const approveExpires = '7d'
const hookExpires = '1d'

/** Who may be named beside a person's address: the roles of an organisation, from most to least. */
const roles = ['owner', 'admin', 'member', 'viewer']

const approver = z
  .string()
  .trim()
  .superRefine((text, context) => {
    if (roles.includes(text) || z.email().safeParse(text).success) return
    const near = text.includes('@') ? undefined : nearest(text, roles)
    const reason = near ? 'is no role' : `is neither an e-mail address nor a role: ${roles.join(', ')}`
    refuse(context, { reason, nearest: near })
  })
  .transform((text) => text.toLowerCase())

const approve = z.strictObject({
  by: z
    .array(approver)
    .min(1, 'names nobody')
    .max(50, 'has more than 50 entries')
    .meta({
      description: 'Roles and e-mail addresses of those who may approve. Left out: any member.',
      examples: [['admin', 'ann@example.com']],
    })
    .optional(),
  not: z
    .enum(['author'])
    .meta({ description: 'Nobody who wrote or pushed a commit that is carried along.' })
    .optional(),
  expires: duration('1m', '30d')
    .meta({ description: 'How long the answer is awaited.', default: approveExpires, examples: ['2d'] })
    .optional(),
})

/** Minutes, requests and a maximum; also a field of a wave. */
export const bake = z
  .strictObject({
    minutes: z
      .int()
      .min(1, 'is less than 1')
      .max(20_160, 'is more than 14 days')
      .meta({ description: 'At least so many minutes.', examples: [60] }),
    requests: z
      .int()
      .min(0, 'is less than 0')
      .max(1_000_000_000, 'is more than 1,000,000,000')
      .meta({ description: 'And at least so many requests.', default: 0, examples: [1000] })
      .optional(),
    'at-most': duration('1m', '30d')
      .refine((value) => value % 60 === 0, 'is no whole number of minutes')
      .meta({
        description:
          'How long requests and data are awaited. Left out: four times `minutes`, and at least a day more than `minutes`.',
        examples: ['2d'],
      })
      .optional(),
  })
  .superRefine((value, context) => {
    const atMost = value['at-most']
    if (atMost === undefined || atMost >= value.minutes * 60) return
    refuse(context, { reason: `is shorter than the ${value.minutes} minutes` }, ['at-most'])
  })
  .meta({ id: 'bake' })

const window = z
  .strictObject({
    open: z
      .union([hours, z.array(hours).min(1, 'names no hours').max(50, 'has more than 50 entries')])
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .meta({
        description:
          'When a revision may pass: days, hours and an IANA time zone, all entries in the same zone.',
        examples: ['Mon-Thu 09:00-16:00 Europe/London'],
      }),
    closed: z
      .array(dates)
      .max(200, 'has more than 200 entries')
      .meta({
        description:
          'Dates on which it stays shut, in the time zone of `open`, both days of a span inclusive.',
        examples: [['2026-12-24..2027-01-02', '2026-12-31']],
      })
      .optional(),
  })
  .superRefine(({ open }, context) => {
    const zone = open[0]?.timeZone
    for (const [index, { timeZone }] of open.entries()) {
      if (timeZone === zone) continue
      refuse(context, { reason: `is in another time zone than the first, ${zone}` }, ['open', index])
    }
  })

/** What is sent holds the address that opens the gate, so it must not be read on its way. */
const hookUrl = url.refine(
  (text) => !/^http:/.test(text) || !URL.canParse(text) || isThisMachine(new URL(text)),
  'is not https: whoever reads what is sent could open the gate',
)

/** RFC 6761: such a name never leaves the machine. */
function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost')
}

const hookBlock = z.strictObject({
  url: hookUrl.meta({ description: 'Where it is sent.', examples: ['https://change.example.com/slipway'] }),
  expires: duration('1m', '30d')
    .meta({ description: 'How long the answer is awaited.', default: hookExpires, examples: ['2h'] })
    .optional(),
})

const hook = z.union([hookUrl, hookBlock])

/** Folders of the top of the clone. */
export const paths = z
  .array(folder.refine((path) => cleanFolder(path) !== '', 'is the whole repository'))
  .max(50, 'has more than 50 entries')

/** An entry of `before` or `after`: one step or one gate, which may not be two at once. */
const check = z
  .strictObject({
    run: command
      .meta({ description: 'Step: a shell command on a runner of the stage.', examples: ['npm run warm'] })
      .optional(),
    test: command
      .meta({ description: 'Step: the same, as an approval by a machine.', examples: ['npm run e2e'] })
      .optional(),
    timeout: duration('1s', '1d')
      .meta({ description: 'Of a step: how long it may take.', default: runTimeout, examples: ['10m'] })
      .optional(),
    retries: z
      .int()
      .min(0, 'is less than 0')
      .max(3, 'is more than 3')
      .meta({ description: 'Of a step: how often it is tried again after a failure, 0 to 3.', default: 0 })
      .optional(),
    regions: regions
      .meta({
        description: 'Of a step: it is run in each of these regions. Left out: once, in the stage’s own.',
        examples: [['eu-west-1', 'us-east-1']],
      })
      .optional(),
    artifacts: z
      .array(files)
      .max(50, 'has more than 50 entries')
      .meta({
        description:
          'Of a step: files and folders that later steps find, from the top of the repository on. A pattern means what matches it.',
        examples: [['reports', 'dist/*.zip']],
      })
      .optional(),
    outputs: z
      .array(variableName)
      .max(50, 'has more than 50 entries')
      .meta({ description: 'Of a step: variables that later steps get.', examples: [['BUILD_NUMBER']] })
      .optional(),
    cache: paths
      .meta({
        description: 'Of a step: folders that its next run finds again.',
        examples: [['node_modules']],
      })
      .optional(),
    approve: z
      .union([z.literal(true), approve])
      .meta({
        description: 'Gate: a person’s approval. `true`: of any member.',
        examples: [true, { by: ['admin'], not: 'author', expires: '2d' }],
      })
      .optional(),
    bake: bake
      .meta({ description: 'Gate: minutes and requests pass while the monitors are well.' })
      .optional(),
    window: window
      .meta({
        description: 'Gate: it is open at these hours.',
        examples: [{ open: 'Mon-Thu 09:00-16:00 Europe/London', closed: ['2026-12-24..2027-01-02'] }],
      })
      .optional(),
    hook: hook
      .meta({
        description: 'Gate: a signed webhook is sent, and its answer awaited.',
        examples: ['https://change.example.com/slipway'],
      })
      .optional(),
    rehearse: z
      .enum(['rollback'])
      .meta({
        description:
          'Gate, in `after` only: what was deployed goes back to the release before and forward again, and is well both ways.',
      })
      .optional(),
  })
  .superRefine(
    isOneOf({
      run: ['timeout', 'retries', 'regions', 'artifacts', 'outputs', 'cache'],
      test: ['timeout', 'retries', 'regions', 'artifacts', 'outputs', 'cache'],
      approve: [],
      bake: [],
      window: [],
      hook: [],
      rehearse: [],
    }),
  )
  .meta({ id: 'step-or-gate' })
type Check = z.infer<typeof check>

/** `after` of a stage or a wave. */
export const checksAfter = z.array(check).max(20, 'has more than 20 steps and gates')

/** `before` of a stage or a wave, where nothing of this revision runs yet. */
export const checksBefore = checksAfter.superRefine((entries, context) => {
  for (const [index, { rehearse }] of entries.entries()) {
    if (rehearse === undefined) continue
    const reason = 'stands before the deployment, where nothing can go back yet: it belongs into `after`'
    refuse(context, { reason }, [index, 'rehearse'])
  }
})

/** What the fields of each block are called. */
export const checkFields = {
  check: Object.keys(check.shape),
  approve: Object.keys(approve.shape),
  bake: Object.keys(bake.shape),
  window: Object.keys(window.shape),
  hook: Object.keys(hookBlock.shape),
}

/** One entry in the form of a plan. `line` is that of the entry, `byLine` that of `approve.by`. */
export function planCheck(entry: Check, line: number, byLine: number): AskedCheck {
  if (entry.approve !== undefined) return planApprove(entry.approve, byLine)
  if (entry.bake !== undefined) return planBake(entry.bake, line)
  if (entry.window !== undefined) return planWindow(entry.window, line)
  if (entry.hook !== undefined) return planHook(entry.hook, line)
  if (entry.rehearse !== undefined) return { line, kind: 'rehearse' }
  return {
    line,
    kind: entry.test === undefined ? 'run' : 'test',
    command: entry.test ?? entry.run ?? '',
    timeoutSeconds: entry.timeout ?? seconds(runTimeout),
    retries: entry.retries ?? 0,
    regions: entry.regions ?? null,
    artifacts: (entry.artifacts ?? []).map(cleanFolder),
    outputs: entry.outputs ?? [],
    cache: (entry.cache ?? []).map(cleanFolder),
  }
}

function planApprove(asked: true | z.infer<typeof approve>, line: number): AskedCheck {
  const { by = [], not, expires = seconds(approveExpires) } = asked === true ? {} : asked
  return {
    line,
    kind: 'approve',
    by: [...new Set(by)],
    notAuthors: not !== undefined,
    expiresSeconds: expires,
  }
}

function planWindow({ open, closed = [] }: z.infer<typeof window>, line: number): AskedCheck {
  return {
    line,
    kind: 'window',
    open: open.map(({ days, from, to }) => ({ days, from, to })),
    timeZone: open[0]?.timeZone ?? 'UTC',
    closed,
  }
}

function planHook(asked: z.infer<typeof hook>, line: number): AskedCheck {
  const block: z.infer<typeof hookBlock> = typeof asked === 'string' ? { url: asked } : asked
  return {
    line,
    kind: 'hook',
    url: block.url,
    expiresSeconds: block.expires ?? seconds(hookExpires),
  }
}

/** `bake` of an entry or a wave in the form of a plan. */
export function planBake(asked: z.infer<typeof bake>, line: number): AskedCheck {
  const { minutes, requests = 0, 'at-most': atMost } = asked
  const atMostMinutes = atMost === undefined ? Math.max(4 * minutes, minutes + 1440) : atMost / 60
  return { line, kind: 'bake', minutes, requests, atMostMinutes }
}
