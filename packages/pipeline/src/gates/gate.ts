import type { Cloud, Memory, Step } from '@slipway/cloud'
import type {
  Clock,
  CloudAccountId,
  ExecutionId,
  Log,
  OrganisationId,
  RevisionId,
  UserErrorFields,
} from '@slipway/core'
import type { Database } from '@slipway/db'
import type { App, AppsUrl, Environment, GatePorts, Sealing } from '@slipway/environments'
import type { Generating, PlannedCheck, PlannedMonitor, planGenerated } from '@slipway/manifest'
import type { z } from 'zod'
import type { CheckAsked } from '../decide/execution.ts'
import type { Egress } from '../egress/egress.ts'
import type { Wake } from '../look.ts'
import type { MonitorAsked } from './bake/monitor-asked.ts'

/** All that a step or gate may look at while it is asked. Also what the steps of a runner need. */
export type GateContext = {
  db: Database
  cloud: Cloud
  /** The way to addresses that the tenant gave. */
  egress: Egress
  clock: Clock
  log: Log
  organisationId: OrganisationId
  /** Of the first environment that it is about. */
  cloudAccountId: CloudAccountId
  region: string
  wake: Wake
  memory: Memory
  /** Writes a line into the log of this check. */
  say(line: string): Promise<void>
  executionId: ExecutionId
  /** Place and attempt: the identity of whatever it makes happen outside. */
  path: string
  attempt: number
  app: App
  /** Address of the app's repository for git. */
  gitUrl: string
  /** Where services answer; undefined where nobody said it. */
  appsUrl: AppsUrl | undefined
  /** Where the page of an execution is. */
  executionUrl(organisationSlug: string, app: string, number: number): string
  /** Where the answer to a hook is awaited. */
  hookAnswerUrl(token: string): string
  sealing: Sealing
  /** Ports that the gates of new environments may listen on. */
  gatePorts: GatePorts
  /** Name of the stage. */
  stage: string
  revision: { id: RevisionId; sha: string }
  /** What it stands before or behind: those of its wave, or of its whole stage. */
  environments: readonly Environment[]
  /** When it was asked. */
  since: Date
}

/** Stages that a step adds behind its own. For trying a pipeline out. */
type Brings = {
  /** What they may ask for at most, in words. */
  atMost: string
  /** The stages that these words of its command would be, or what is wrong with them. */
  read(said: string, into: Omit<Generating, 'grant'>): ReturnType<typeof planGenerated>
}

/** What a stage gives to those that stand in it. */
export type InStage = { monitors: readonly PlannedMonitor[]; regions: readonly string[] }

/** A line of slipway.yaml and what is wrong there. */
export type CheckProblem = UserErrorFields & { line: number; value?: string }

/** What a gate counts and whom it asks while it waits, as its last look saw it. */
export type Watched = {
  /** “minutes”, “requests”: so many of so many. `now` is null before the first look. */
  counts: { what: string; now: number | null; needed: number }[]
  /** `says` is the figure that it saw: “171 ms in eu-west-1”. */
  monitors: { words: string; is: 'fine' | 'red' | 'inconclusive' | 'not-looked-at'; says: string | null }[]
}

/**
 * A kind of step or gate: a folder here and a line in the list. It is asked by a job that runs its steps, each safe to
 * repeat, until one waits, fails or all are done: done is passed. A step that remembers `freshUntil` (ISO) has passed
 * on something that holds until then only; `reason` is what whoever opened it says, or why it passed where that is not
 * plain.
 */
export type Gate = {
  /** The `kind` of what the manifest plans. */
  kind: PlannedCheck['kind']
  /** What `received` tells of a planned check; more than one where it is a matrix. */
  plan(planned: PlannedCheck, inStage: InStage): CheckAsked[]
  /** What is wrong with a planned check that its shape alone does not show; the time is that of the push. */
  problems(planned: PlannedCheck, inStage: InStage, at: Date): CheckProblem[]
  steps(ask: CheckAsked['ask']): readonly Step<GateContext>[]
  /** When it would pass, asked at that moment, if all goes well outside. For trying a pipeline out. */
  passesAt(ask: CheckAsked['ask'], at: Date): Date
  /** What it would add to the pipeline, which is not known before it has run; null for a kind that adds nothing. */
  brings(ask: CheckAsked['ask']): Brings | null
  /** Whether this failure means that what was deployed is not well, so that it goes back. */
  isRed(error: UserErrorFields): boolean
  /** What is watched, of what its step remembers; null for a kind that counts nothing. */
  watched(ask: CheckAsked['ask'], since: Date, memory: Memory): Watched | null
  /** The monitors that watch what its stage deploys, also while that is deployed; none for a kind that watches nothing. */
  monitors(ask: CheckAsked['ask']): readonly MonitorAsked[]
}

/** What a step or an answer is taken to need where nothing says more. */
const guessMilliseconds = 60_000

type Kind<K extends PlannedCheck['kind'], A extends z.ZodType<CheckAsked['ask']>> = {
  kind: K
  ask: A
  plan(
    planned: Extract<PlannedCheck, { kind: K }>,
    inStage: InStage,
  ): (Omit<CheckAsked, 'kind' | 'ask'> & { ask: z.input<A> })[]
  problems?(planned: Extract<PlannedCheck, { kind: K }>, inStage: InStage, at: Date): CheckProblem[]
  steps(ask: z.output<A>): readonly Step<GateContext>[]
  /** Left out: a minute later. */
  passesAt?(ask: z.output<A>, at: Date): Date
  brings?(ask: z.output<A>): Brings
  isRed?(error: UserErrorFields): boolean
  watched?(ask: z.output<A>, since: Date, memory: Memory): Watched
  monitors?(ask: z.output<A>): readonly MonitorAsked[]
}

/** A gate with its own shape of what it asks; parsed when it comes back out of a row. */
export function defineGate<K extends PlannedCheck['kind'], A extends z.ZodType<CheckAsked['ask']>>(
  kind: Kind<K, A>,
): Gate {
  return {
    kind: kind.kind,
    plan: (planned, inStage) =>
      isOf(planned, kind.kind)
        ? kind
            .plan(planned, inStage)
            .map((each) => ({ ...each, kind: kind.kind, ask: kind.ask.parse(each.ask) }))
        : [],
    problems: (planned, inStage, at) =>
      isOf(planned, kind.kind) ? (kind.problems?.(planned, inStage, at) ?? []) : [],
    steps: (ask) => kind.steps(kind.ask.parse(ask)),
    passesAt: (ask, at) =>
      kind.passesAt?.(kind.ask.parse(ask), at) ?? new Date(at.getTime() + guessMilliseconds),
    brings: (ask) => kind.brings?.(kind.ask.parse(ask)) ?? null,
    isRed: (error) => kind.isRed?.(error) ?? false,
    watched: (ask, since, memory) => kind.watched?.(kind.ask.parse(ask), since, memory) ?? null,
    monitors: (ask) => kind.monitors?.(kind.ask.parse(ask)) ?? [],
  }
}

function isOf<K extends PlannedCheck['kind']>(
  planned: PlannedCheck,
  kind: K,
): planned is Extract<PlannedCheck, { kind: K }> {
  return planned.kind === kind
}
