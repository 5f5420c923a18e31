import { type Clock, type CloudAccountId, newId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { type App, type Environment, environmentsOf } from './find-app.ts'

/** One target of a stage: an account and a region. */
export type Wanted = { stage: string; cloudAccountId: CloudAccountId; region: string }

/** A gate's port that is free but for those that are about to be used. */
export type ChoosePort = (others: readonly number[]) => Promise<number>

/**
 * The environments that a pipeline names, in its order: those that are there by stage, account and region, the others
 * made. One in which nothing ever ran, such as the app's first, becomes the first that is missing, so that none stays
 * behind. None is ever removed here. The caller holds the lock of the pipeline; twice is safe. An environment is called
 * like its stage, or where that has several targets, `stage-region`; for the page and addresses.
 */
export async function ensureEnvironments(
  tx: Tx,
  app: App,
  wanted: readonly Wanted[],
  { clock, choosePort }: { clock: Clock; choosePort: ChoosePort },
): Promise<Environment[]> {
  let known = await environmentsOf(tx, app.id)
  const ports: number[] = []
  for (const target of wanted) {
    const found = known.find((each) => isAt(each, target))
    if (found !== undefined && !isUnused(found)) continue
    const unused = found ?? known.find((each) => isUnused(each) && !wanted.some((other) => isAt(each, other)))
    const name = nameFor(
      target,
      wanted,
      known.filter((each) => each !== unused),
    )
    if (unused !== undefined) {
      await tx.environment.update({ where: { id: unused.id }, data: { ...target, name } })
    } else {
      const port = await choosePort(ports)
      ports.push(port)
      const id = newId('environment', clock.now())
      const place = { organisationId: app.organisationId, appId: app.id, ...target }
      await tx.environment.create({ data: { id, ...place, name, gatePort: port, createdAt: clock.now() } })
    }
    known = await environmentsOf(tx, app.id)
  }
  await announce(tx, app.organisationId, `app:${app.id}`)
  return wanted.flatMap((target) => known.find((each) => isAt(each, target)) ?? [])
}

function isAt(environment: Environment, { stage, cloudAccountId, region }: Wanted): boolean {
  return (
    environment.stage === stage &&
    environment.cloudAccountId === cloudAccountId &&
    environment.region === region
  )
}

/** Nothing was ever deployed into it, nor was it configured. */
function isUnused({ liveReleaseId, compute, configVersion }: Environment): boolean {
  return liveReleaseId === null && compute === null && configVersion === 0
}

function nameFor(target: Wanted, wanted: readonly Wanted[], others: readonly Environment[]): string {
  const isAlone = wanted.filter(({ stage }) => stage === target.stage).length === 1
  const withRegion = `${target.stage}-${target.region}`
  const isFree = (name: string) => others.every((each) => each.name !== name)
  if (isAlone && isFree(target.stage)) return target.stage
  for (let number = 1; ; number++) {
    const name = number === 1 ? withRegion : `${withRegion}-${number}`
    if (isFree(name)) return name
  }
}
