import { asId, type Clock, type CloudAccountId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import {
  type App,
  type ChoosePort,
  type Environment,
  ensureEnvironments,
  type Wanted,
} from '@slipway/environments'
import {
  type AppPlan,
  type ManifestProblem,
  manifestFile,
  type PipelinePlan,
  type PlannedCheck,
  type PlannedStage,
  type PlannedWave,
} from '@slipway/manifest'
import { peopleOf } from '@slipway/organisations'
import type { EventOf } from './decide/event.ts'
import type { InStage } from './gates/gate.ts'
import { checkProblems, checksFrom } from './gates/index.ts'

/** Where the wave has no bake. */
const oneBoxMinutes = 10
/** What bakes for longer is watched after it got all requests. */
const oneBoxMinutesMax = 30

export type Stages = EventOf<'received'>['stages']
type OneBox = Stages[number]['waves'][number]['targets'][number]['oneBox']

type Making = {
  db: Database
  clock: Clock
  choosePort: ChoosePort
  /** Targets of the same execution that are not of this plan, whose environments stay what they are. */
  others?: readonly Wanted[]
}

/**
 * What a revision's pipeline is in this organisation: its stages with environments for targets, which are made where
 * they are not there yet; or all that is wrong with it, each with its line. Nothing is made then. The caller holds the
 * lock of the pipeline; twice is safe.
 */
export async function stagesOfPlan(
  tx: Tx,
  app: App,
  plan: Pick<AppPlan, 'pipeline' | 'services'>,
  { db, others = [], ...settings }: Making,
): Promise<{ ok: true; stages: Stages } | { ok: false; problems: ManifestProblem[] }> {
  const pipeline = plan.pipeline ?? onlyProduction
  const accounts = await accountsOf(tx, app)
  const people = await addressesOf(tx, db, app)
  const now = settings.clock.now()
  const problems = pipeline.stages.flatMap((stage) => [
    ...problemsOf(stage, accounts, people),
    ...oneBoxProblems(stage, plan.services),
    ...listsOf(stage, app, accounts).flatMap(({ checks, inStage }) => checkProblems(checks, inStage, now)),
  ])
  if (problems.length > 0) return { ok: false, problems }

  const wanted = [...others, ...wantedBy(pipeline, app, accounts)]
  const environments = await ensureEnvironments(tx, app, wanted, settings)
  return { ok: true, stages: stagesWith(pipeline, app, accounts, environments) }
}

/** The targets that a pipeline names, in its order. */
export function wantedBy(pipeline: PipelinePlan, home: Home, accounts: Accounts): Wanted[] {
  return pipeline.stages.flatMap((stage) => targetsOf(stage, home, accounts))
}

/** A pipeline with its environments, as its first event tells it. */
export function stagesWith(
  pipeline: PipelinePlan,
  home: Home,
  accounts: Accounts,
  environments: readonly Target[],
): Stages {
  return pipeline.stages.map((stage) => stageOf(stage, home, accounts, environments))
}

/** Where a target is that names neither account nor region. */
type Home = Pick<App, 'cloudAccountId' | 'region'>
type Target = Pick<Environment, 'id' | 'name' | 'stage' | 'cloudAccountId' | 'region'>

/** Without a `pipeline:` there is one stage, in the app's own account and region. */
export const onlyProduction: PipelinePlan = {
  stages: [
    {
      name: 'production',
      line: 1,
      account: null,
      waves: [{ line: 1, regions: null, limit: 1, oneBoxPercent: null, before: [], after: [] }],
      before: [],
      after: [],
      monitors: [],
    },
  ],
}

/** The connected accounts by name. */
type Accounts = ReadonlyMap<string, { id: CloudAccountId; state: string }>

export async function accountsOf(tx: Tx, app: App): Promise<Accounts> {
  const rows = await tx.cloudAccount.findMany({
    where: { organisationId: app.organisationId, state: { not: 'disconnected' } },
    select: { id: true, name: true, state: true },
  })
  return new Map(rows.map(({ id, name, state }) => [name, { id: asId('cloudAccount', id), state }]))
}

/** Addresses of the organisation's members, in lower case. */
async function addressesOf(tx: Tx, db: Database, app: App): Promise<ReadonlySet<string>> {
  const rows = await tx.member.findMany({
    where: { organisationId: app.organisationId, until: null },
    select: { userId: true },
  })
  const people = await peopleOf(
    db,
    rows.map(({ userId }) => userId),
  )
  return new Set([...people.values()].map(({ email }) => email.toLowerCase()))
}

function problemsOf(stage: PlannedStage, accounts: Accounts, people: ReadonlySet<string>): ManifestProblem[] {
  const checks = [
    ...stage.before,
    ...stage.after,
    ...stage.waves.flatMap((wave) => [...wave.before, ...wave.after]),
  ]
  return [
    ...accountProblems(stage, accounts),
    ...monitorProblems(stage, checks),
    ...checks.flatMap((check) => personProblems(check, people)),
  ]
}

/** The lists of steps and gates of a stage, each with what it stands in. */
function listsOf(
  stage: PlannedStage,
  app: App,
  accounts: Accounts,
): { checks: readonly PlannedCheck[]; inStage: InStage }[] {
  const inStage = {
    monitors: stage.monitors,
    regions: targetsOf(stage, app, accounts).map(({ region }) => region),
  }
  return [
    { checks: [...stage.before, ...stage.after], inStage },
    ...stage.waves.map((wave) => ({
      checks: [...wave.before, ...wave.after],
      inStage: {
        monitors: stage.monitors,
        regions: wantedOf(stage, wave.regions, app, accounts).map(({ region }) => region),
      },
    })),
  ]
}

function accountProblems({ account, line }: PlannedStage, accounts: Accounts): ManifestProblem[] {
  if (account === null) return []
  const found = accounts.get(account)
  const connected = [...accounts].flatMap(([name, { state }]) => (state === 'connected' ? [name] : []))
  if (found?.state === 'connected') return []
  return [
    {
      code: 'manifest-account-unknown',
      what: found
        ? `The cloud account ${account} is not connected.`
        : `There is no cloud account ${account} in this organisation.`,
      ...(found === undefined && connected.length > 0 && { why: `Connected are: ${connected.join(', ')}.` }),
      todo: 'Connect it, or name one that is connected.',
      value: account,
      place: { file: manifestFile, line, column: 1 },
    },
  ]
}

/** In front of the stage they are looked at anyway, but what it deployed is watched by a bake alone. */
function monitorProblems(
  { name, monitors }: PlannedStage,
  checks: readonly PlannedCheck[],
): ManifestProblem[] {
  const [first] = monitors
  if (first === undefined || checks.some(({ kind }) => kind === 'bake')) return []
  return [
    {
      code: 'manifest-monitors-unwatched',
      what: `The monitors of ${name} would not look at what it deploys.`,
      why: 'They watch a release while it bakes, and no `bake` stands in this stage.',
      todo: 'Add a `bake` to its waves or to `after`, or take the monitors out.',
      place: { file: manifestFile, line: first.line, column: 1 },
    },
  ]
}

/** A one box is two releases side by side on the same host, as a canary. */
function oneBoxProblems(stage: PlannedStage, services: AppPlan['services']): ManifestProblem[] {
  const onDisk = services.find(({ disks }) => disks.length > 0)
  const isAsked = services.some(({ kind }) => kind === 'web' || kind === 'static')
  return stage.waves.flatMap(({ oneBoxPercent, line }): ManifestProblem[] => {
    if (oneBoxPercent === null) return []
    const place = { file: manifestFile, line, column: 1 }
    if (onDisk)
      return [
        {
          code: 'manifest-canary-disk',
          what: `A wave of ${stage.name} asks for one-box, and services.${onDisk.name} has a disk.`,
          why: 'Of a one box the old and the new release run at once, and a disk may be opened by one process only.',
          todo: 'Remove `one-box` from the wave: its monitors and its bake watch a release that took over in place.',
          value: `${oneBoxPercent}%`,
          place,
        },
      ]
    if (isAsked) return []
    return [
      {
        code: 'manifest-canary-worker',
        what: `A wave of ${stage.name} asks for one-box, and all services are workers.`,
        why: 'A one box gets a part of the requests of visitors, and a worker gets none.',
        todo: 'Remove `one-box` from the wave.',
        value: `${oneBoxPercent}%`,
        place,
      },
    ]
  })
}

function personProblems(check: PlannedCheck, people: ReadonlySet<string>): ManifestProblem[] {
  if (check.kind !== 'approve') return []
  const strangers = check.by.filter((name) => name.includes('@') && !people.has(name.toLowerCase()))
  return strangers.map((name) => ({
    code: 'manifest-approver-unknown',
    what: `${name} is not a member of this organisation, so nobody could approve as that.`,
    todo: 'Invite them first, or name a role or a member.',
    value: name,
    place: { file: manifestFile, line: check.line, column: 1 },
  }))
}

/** As long as the wave bakes, but not longer than a canary may take. */
function oneBoxOf({ oneBoxPercent, after }: PlannedWave): { oneBox?: OneBox } {
  if (oneBoxPercent === null) return {}
  const bake = after.find((check) => check.kind === 'bake')
  const minutes = Math.min(bake?.minutes ?? oneBoxMinutes, oneBoxMinutesMax)
  return { oneBox: { percent: oneBoxPercent, seconds: 60 * minutes } }
}

function targetsOf(stage: PlannedStage, home: Home, accounts: Accounts): Wanted[] {
  return stage.waves.flatMap((wave) => wantedOf(stage, wave.regions, home, accounts))
}

function wantedOf(stage: PlannedStage, regions: string[] | null, home: Home, accounts: Accounts): Wanted[] {
  const cloudAccountId =
    (stage.account === null ? undefined : accounts.get(stage.account)?.id) ?? home.cloudAccountId
  return (regions ?? [home.region]).map((region) => ({ stage: stage.name, cloudAccountId, region }))
}

function stageOf(
  stage: PlannedStage,
  home: Home,
  accounts: Accounts,
  environments: readonly Target[],
): Stages[number] {
  const regions = targetsOf(stage, home, accounts).map(({ region }) => region)
  const inStage = { monitors: stage.monitors, regions }
  return {
    name: stage.name,
    before: checksFrom(stage.before, inStage),
    waves: stage.waves.map((wave) => {
      const wanted = wantedOf(stage, wave.regions, home, accounts)
      const targets = wanted.flatMap(({ cloudAccountId, region }) =>
        environments.filter(
          (each) =>
            each.stage === stage.name && each.cloudAccountId === cloudAccountId && each.region === region,
        ),
      )
      const inWave = { monitors: stage.monitors, regions: wanted.map(({ region }) => region) }
      return {
        limit: wave.limit,
        before: checksFrom(wave.before, inWave),
        targets: targets.map(({ id, name }) => ({ environmentId: id, name, ...oneBoxOf(wave) })),
        after: checksFrom(wave.after, inWave),
      }
    }),
    after: checksFrom(stage.after, inStage),
  }
}
