import { baseStackName } from '@slipway/cloud'
import { asId, type Clock, type HostId, newId } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { App } from '@slipway/environments'
import { endCommand, expectHost, hostConnected, pendingCommands } from '@slipway/hosts'
import { type CommandOutcome, protocolVersion, type StepSpec } from '@slipway/protocol'

/** A command that a runner was told to run. */
type StepTold = { id: string; spec: StepSpec; deadlineSeconds: number }

/** Runners whose agents are the test, which reads what they are told and answers in rows. */
export type TestRunners = {
  /** What the runner of a region is still to run, oldest first. */
  told(region: string): Promise<StepTold[]>
  /** Answers the first of them. Throws where there is none. */
  answer(region: string, outcome: CommandOutcome): Promise<void>
  /** What else it is told. */
  pending(region: string): ReturnType<typeof pendingCommands>
}

/** Connects a runner in each of these regions of an app's own account. */
export async function testRunners(
  db: Database,
  { organisationId, cloudAccountId }: App,
  regions: readonly string[],
  clock: Clock,
): Promise<TestRunners> {
  const hosts = new Map<string, HostId>()
  for (const region of regions) {
    const id = await db.inOrganisation(organisationId, async (tx) => {
      const place = { organisationId, cloudAccountId, region, kind: 'runner' as const }
      const host = await expectHost(tx, place, {}, clock)
      const boot = crypto.randomUUID()
      const hello = { agent: '0.1.0', protocol: protocolVersion, boot, architecture: 'arm64' as const }
      await hostConnected(tx, host, hello, clock)
      return host
    })
    hosts.set(region, id)
  }
  const hostIn = (region: string) => {
    const id = hosts.get(region)
    if (id === undefined) throw new RangeError(`there is no runner in ${region}`)
    return id
  }
  const pending: TestRunners['pending'] = (region) =>
    db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostIn(region), clock))
  const told: TestRunners['told'] = async (region) =>
    (await pending(region)).flatMap(({ id, deadlineSeconds, command }) =>
      command.kind === 'step' ? [{ id, deadlineSeconds, spec: command.spec }] : [],
    )
  return {
    pending,
    told,
    async answer(region, outcome) {
      const [first] = await told(region)
      if (first === undefined) throw new Error('the runner has nothing to answer')
      const answered = { hostId: hostIn(region), id: asId('hostCommand', first.id), outcome }
      await db.inOrganisation(organisationId, (tx) => endCommand(tx, answered, clock))
    },
  }
}

/** The base stack of a region of an app's own account, as made: its bucket is `bucket-<region>`. */
export async function basesAreThere(
  db: Database,
  { organisationId, cloudAccountId }: App,
  regions: readonly string[],
  clock: Clock,
): Promise<void> {
  const now = clock.now()
  const others = [
    'VpcId',
    'HostGroupId',
    'RunnerGroupId',
    'RunnerTemplateId',
    'RunnerTemplateVersion',
    'Subneta',
  ]
  await db.inOrganisation(organisationId, (tx) =>
    tx.stack.createMany({
      data: regions.map((region) => ({
        id: newId('stack', now),
        organisationId,
        cloudAccountId,
        region,
        name: baseStackName(cloudAccountId),
        kind: 'base',
        state: 'ready',
        fixed: { zones: 'a' },
        outputs: {
          BucketName: `bucket-${region}`,
          ...Object.fromEntries(others.map((name) => [name, 'of the base'])),
        },
        createdAt: now,
        updatedAt: now,
      })),
      skipDuplicates: true,
    }),
  )
}

/** The steps that bring a runner up, as done: the places are those of checks with their attempt. */
export async function runnersAreUp(
  db: Database,
  { organisationId }: Pick<App, 'organisationId'>,
  executionId: string,
  places: readonly string[],
): Promise<void> {
  await db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.createMany({
      data: places.flatMap((path) =>
        ['base', 'agent', 'runner'].map((name, position) => ({
          organisationId,
          executionId,
          path,
          position,
          name,
          state: 'done',
        })),
      ),
    }),
  )
}
