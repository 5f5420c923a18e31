import type {
  Clock,
  CloudAccountId,
  DeploymentId,
  EnvironmentId,
  Log,
  OrganisationId,
  UserErrorFields,
} from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import type { Cloud } from '../cloud.ts'
import type { Cost } from '../costs/cost.ts'

/**
 * What a step found. `wait` is a parked row, never a sleeping worker: the step runs again at `until`, or when
 * the job named in `wake` comes. `on` says what it waits for, in words. `memory` replaces what it remembers.
 * `red` is what went wrong already, where the step waits for that to be undone.
 */
export type StepResult =
  | { state: 'done'; memory?: Memory }
  | { state: 'wait'; until: Date; on: string; memory?: Memory; red?: UserErrorFields }
  | { state: 'failed'; error: UserErrorFields }

/** What a step remembers between its runs, and what later steps of the same list read. Small; kept as JSON. */
export type Memory = Record<string, string>

/**
 * One named step of a deployment or build. Safe to repeat, also after a crash in the middle: it looks at what
 * is there and does the rest. `name` is the key of its row and never changes; `title` is shown.
 */
export type Step<C> = {
  name: string
  title: string
  /** How long it may take over all its runs; after that it has failed with `late`. */
  limitSeconds: number
  late(context: C): UserErrorFields
  run(context: C): Promise<StepResult>
}

/** What any step in a customer's account needs. */
export type AccountContext = {
  db: Database
  cloud: Cloud
  clock: Clock
  log: Log
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  region: string
  /** The job to run when what a step waits for has happened: the one that runs the steps. */
  wake: { name: string; payload: Record<string, unknown> }
  /** What this step left behind at its last run; empty at first. */
  memory: Memory
  /** Writes one line for people to the log of what is going on, such as the stream `deployment:<id>`. */
  say(line: string): Promise<void>
}

/** How far what stands is taken away. */
export type DeletionProgress =
  | { state: 'gone' }
  | { state: 'waiting'; on: string; until: Date }
  | { state: 'failed'; error: UserErrorFields }

/** A deployment of one release into one environment, as its target sees it. `config` is the target's own. */
export type DeployContext<Config> = AccountContext & {
  deploymentId: DeploymentId
  config: Config
  /**
   * Whether it may still begin, and notes that it did: from then on what runs is touched, and the deployment ends with
   * what its steps say. Asked in the transaction that tells the host, which is told once, or before the first change.
   */
  begin(tx: Tx): Promise<boolean>
  /** Somebody asked it to stop: what it changed is to be put back. */
  isStopping: boolean
}

export type DeployStep<Config> = Step<DeployContext<Config>>

/** A compute target: a folder under targets/ and a line in targets/index.ts. Nothing outside compares a kind. */
export type Target<Config, Status> = {
  kind: string
  steps: readonly DeployStep<Config>[]
  /** Reads what is there now, by a session that may only look. */
  observe(context: AccountContext & { config: Config }): Promise<Status>
  /**
   * Ends an environment with its names, but for what holds data. One look and one call at a time; safe to repeat until
   * it is `gone`.
   */
  remove(
    context: AccountContext,
    of: { environmentId: EnvironmentId; publicNames: readonly string[] },
  ): Promise<DeletionProgress>
  /** What it costs a month at AWS while nobody uses it. */
  idleCost(config: Config, region: string): Cost
}
