import { z } from 'zod'

/**
 * The line of slipway.yaml that a later problem is told at: the field which only the database can judge
 * (account, regions, by, what a monitor asks), else the entry itself.
 */
const line = z.int().positive()

/** Those that a command declares; a region of a matrix runs it once each, null runs it once, in the stage's own. */
const commandCheck = z.object({
  line,
  kind: z.enum(['run', 'test']),
  command: z.string(),
  timeoutSeconds: z.int().positive(),
  /** How often it is tried again after a failure, 0 to 3. */
  retries: z.int().min(0).max(3),
  regions: z.array(z.string()).nullable(),
  /** Files, folders and patterns of the top of the clone, kept for later steps. */
  artifacts: z.array(z.string()),
  /** Names of variables whose values later steps get. */
  outputs: z.array(z.string()),
  cache: z.array(z.string()),
})

const approveCheck = z.object({
  line,
  kind: z.literal('approve'),
  /** Roles and addresses of persons, in lower case; empty: any member. */
  by: z.array(z.string()),
  /** Whether those who wrote or pushed the commits that are carried along may not approve. */
  notAuthors: z.boolean(),
  expiresSeconds: z.int().positive(),
})

const bakeCheck = z.object({
  line,
  kind: z.literal('bake'),
  minutes: z.int().positive(),
  requests: z.int().nonnegative(),
  /** Not less than `minutes`: when it has waited for requests and data this long, it has not passed. */
  atMostMinutes: z.int().positive(),
})

const windowCheck = z.object({
  line,
  kind: z.literal('window'),
  /** `days` are ISO days, Monday is 1; `from` and `to` are HH:MM, `from` before `to`, which may be 24:00. */
  open: z.array(z.object({ days: z.array(z.int().min(1).max(7)), from: z.string(), to: z.string() })).min(1),
  /** An IANA name, for `open` and `closed`. */
  timeZone: z.string(),
  /** ISO dates, both days inclusive. */
  closed: z.array(z.object({ from: z.string(), to: z.string() })),
})

const hookCheck = z.object({
  line,
  kind: z.literal('hook'),
  url: z.string(),
  expiresSeconds: z.int().positive(),
})

/** The look at the monitors of its stage, which nobody writes down: it stands in front of each stage that has some. */
const monitorsCheck = z.object({ line, kind: z.literal('monitors') })

const rehearseCheck = z.object({ line, kind: z.literal('rehearse') })

const askedCheck = z.discriminatedUnion('kind', [
  commandCheck,
  approveCheck,
  bakeCheck,
  windowCheck,
  hookCheck,
  monitorsCheck,
  rehearseCheck,
])

/** A step or gate of a list. */
export type AskedCheck = z.infer<typeof askedCheck>

/** What generated stages may do at most, which is never more than their parent may. */
export const grantSchema = z.object({
  /** Names of cloud accounts, and regions; null: the app's own. */
  accounts: z.array(z.string().nullable()),
  regions: z.array(z.string().nullable()),
  /** These stand before each stage. */
  gates: z.array(askedCheck),
  /** How deep what is generated lies, from 1. */
  depth: z.int().positive(),
})
export type Grant = z.infer<typeof grantSchema>

/** The command of an entry that says which stages come next. */
const generateCheck = z.object({
  line,
  kind: z.literal('generate'),
  command: z.string(),
  timeoutSeconds: z.int().positive(),
  cache: z.array(z.string()),
  grant: grantSchema,
})

const plannedCheck = z.discriminatedUnion('kind', [...askedCheck.options, generateCheck])

/** A step or a gate: what must be done, or open, before the next. */
export type PlannedCheck = z.infer<typeof plannedCheck>

/** What a rule can be about: faults of all requests, milliseconds of an answer, requests a minute, or the host. */
export const metrics = ['errors', 'p50', 'p95', 'p99', 'requests', 'cpu', 'memory', 'disk'] as const

const plannedMonitor = z.discriminatedUnion('kind', [
  z.object({ line, kind: z.literal('alarm'), name: z.string() }),
  z.object({
    line,
    kind: z.literal('http'),
    url: z.string(),
    everySeconds: z.int().positive(),
    /** The one status that is well; null: any below 400. */
    expect: z.int().nullable(),
  }),
  z.object({
    line,
    kind: z.literal('datadog'),
    /** Its number. */
    monitor: z.string(),
    site: z.string(),
    /** Names of the secrets with the API key and the application key. */
    key: z.string(),
    appKey: z.string(),
    everySeconds: z.int().positive(),
  }),
  z.object({
    line,
    kind: z.literal('metric'),
    metric: z.enum(metrics),
    /** What is well: a value `below` this one, or `above` it. */
    is: z.enum(['below', 'above']),
    /** A fraction for errors, cpu, memory and disk; milliseconds for p50, p95 and p99; requests a minute. */
    value: z.number().nonnegative(),
  }),
  z.object({ line, kind: z.literal('command'), command: z.string(), everySeconds: z.int().positive() }),
])

/** What must be well for a stage: red is a rollback while it deploys or bakes, and blocks the way in before. */
export type PlannedMonitor = z.infer<typeof plannedMonitor>

const plannedWave = z.object({
  line,
  /** Each once in a stage; null: one target, in the app's own region. */
  regions: z.array(z.string()).min(1).nullable(),
  /** How many targets are deployed at once, 1 to their number. */
  limit: z.int().positive(),
  /** How much of the traffic one host gets before the others; null: no such host. */
  oneBoxPercent: z.number().positive().nullable(),
  before: z.array(plannedCheck),
  /** The wave's own `bake` is the first. */
  after: z.array(plannedCheck),
})
export type PlannedWave = z.infer<typeof plannedWave>

const plannedStage = z.object({
  /** Once in a pipeline. */
  name: z.string(),
  line,
  /** Name of a connected cloud account; null: the app's own. */
  account: z.string().nullable(),
  /** None where its one step generates the stages that come next. */
  waves: z.array(plannedWave),
  before: z.array(plannedCheck),
  after: z.array(plannedCheck),
  monitors: z.array(plannedMonitor),
})
export type PlannedStage = z.infer<typeof plannedStage>

/**
 * The way of a revision: stages in order, each with waves in order, each with targets side by side. What only the
 * database knows, such as which accounts are connected, is not checked in it.
 */
export const pipelinePlanSchema = z.object({ stages: z.array(plannedStage).min(1) })
export type PipelinePlan = z.infer<typeof pipelinePlanSchema>
