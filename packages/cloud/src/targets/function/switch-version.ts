import { GetAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda'
import type { UserErrorFields } from '@slipway/core'
import { z } from 'zod'
import { askEdge, type EdgeAnswer } from '../../edge/ask-edge.ts'
import { functionName } from '../../names.ts'
import { hostName, recordsFor, withdrawNames } from '../../publish-name.ts'
import { changeStackRow } from '../../stacks/stack-row.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import type { FunctionConfig, FunctionService } from './function-config.ts'
import { type Functions, functionsOf, liveServices } from './function-of.ts'
import { aliases } from './function-stack.ts'
import { lastLines } from './read-log.ts'

/** After it the answer is that of the alias's new version: AWS says seconds, and not how many. */
const settledMilliseconds = 1000
const lookAgainMilliseconds = 1000
/** A changed alias is everywhere within seconds; when CloudFront does not answer by then, something is wrong. */
const everywhereSeconds = 120

const numbers = z.record(z.string(), z.string())

/**
 * Asks the release before anybody is led to it: under its own address, as a visitor would. Its process then waits for the
 * first of them. Safe to repeat.
 */
export async function askNext(context: DeployContext<FunctionConfig>): Promise<StepResult> {
  const { config, clock, memory, cloud } = context
  const now = clock.now()
  const until = new Date(now.getTime() + lookAgainMilliseconds)
  const found = await functionsOf(context, config.environmentId)
  if (context.isStopping) return { state: 'failed', error: cancelled() }
  const versions = numbers.parse(JSON.parse(memory.versions ?? '{}'))
  if (memory.askedAt === undefined) {
    await pointTo(context, found, aliases.next, versions)
    await context.say(`Asking release ${config.release.number}`)
    return { state: 'wait', until, on: 'its first answer', memory: { ...memory, askedAt: now.toISOString() } }
  }
  const waitedMilliseconds = now.getTime() - Date.parse(memory.askedAt)
  if (waitedMilliseconds < settledMilliseconds)
    return { state: 'wait', until, on: 'its first answer', memory }
  for (const service of config.services) {
    if (service.health === undefined) continue
    const { path, timeoutSeconds } = service.health
    const host = found.address(service.name, 'Next')
    const answer = await askEdge({ domain: host, host, path }, cloud.config.edgeEndpoint)
    if (isWell(answer)) continue
    if (waitedMilliseconds > timeoutSeconds * 1000)
      return {
        state: 'failed',
        error: {
          ...answersBadly(service, path, answer, timeoutSeconds),
          details: await lastLines(context, service.name, versions[service.name] ?? ''),
        },
      }
    return { state: 'wait', until, on: `${service.name} to answer ${path}`, memory }
  }
  return { state: 'done', memory }
}

/**
 * Leads visitors to the release: one call for each service. Then asks as they do, and leads them back where nothing
 * answers. Safe to repeat. Once begun it ends one way or the other.
 */
export async function switchVersion(context: DeployContext<FunctionConfig>): Promise<StepResult> {
  const { db, organisationId, clock, config, memory } = context
  const now = clock.now()
  const until = new Date(now.getTime() + lookAgainMilliseconds)
  const found = await functionsOf(context, config.environmentId)
  if (context.isStopping) return goBack(context, found, cancelled(), 'It was cancelled.')
  if (memory.before === undefined)
    return {
      state: 'wait',
      until: now,
      on: 'the switch',
      memory: { ...memory, before: JSON.stringify(await liveVersions(context, found)) },
    }
  if (memory.switchedAt === undefined) {
    const isWanted = await db.inOrganisation(organisationId, (tx) => context.begin(tx))
    if (!isWanted) return { state: 'wait', until, on: 'its end, which somebody asked for', memory }
    await pointTo(context, found, aliases.live, numbers.parse(JSON.parse(memory.versions ?? '{}')))
    await context.say(`Release ${config.release.number} is live; asking as visitors do`)
    return look(context, found, { ...memory, switchedAt: now.toISOString() })
  }
  return look(context, found, memory)
}

async function look(
  context: DeployContext<FunctionConfig>,
  found: Functions,
  memory: Memory,
): Promise<StepResult> {
  const { cloud, clock, config } = context
  const now = clock.now()
  const isLate = now.getTime() - Date.parse(memory.switchedAt ?? '') > everywhereSeconds * 1000
  for (const { name, publicName, health } of config.services) {
    if (health === undefined) continue
    const of = { domain: found.domain(name), host: hostName(cloud, publicName), path: health.path }
    const answer = await askEdge(of, cloud.config.edgeEndpoint)
    if (isWell(answer)) continue
    if (isLate) {
      const error = notThere(of.host, answer)
      return goBack(context, found, error, error.what)
    }
    const until = new Date(now.getTime() + lookAgainMilliseconds)
    return { state: 'wait', until, on: 'CloudFront to answer with it', memory }
  }
  await settle(context, found)
  return { state: 'done', memory }
}

/** Which version each function is live with, but for those that were never given one. */
async function liveVersions(
  { config }: DeployContext<FunctionConfig>,
  { lambda }: Functions,
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {}
  for (const { name } of config.services) {
    const FunctionName = functionName(config.environmentId, name)
    const { FunctionVersion } = await lambda.send(new GetAliasCommand({ FunctionName, Name: aliases.live }))
    if (FunctionVersion !== undefined) versions[name] = FunctionVersion
  }
  return versions
}

async function pointTo(
  { config }: DeployContext<FunctionConfig>,
  { lambda }: Functions,
  alias: string,
  versions: Record<string, string>,
): Promise<void> {
  for (const { name } of config.services) {
    const FunctionVersion = versions[name]
    if (FunctionVersion === undefined) throw new Error(`no version of ${name} was published`)
    const FunctionName = functionName(config.environmentId, name)
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name: alias, FunctionVersion }))
  }
}

/** Also where it began and did not come to the call: what is there is then said once more. */
async function goBack(
  context: DeployContext<FunctionConfig>,
  found: Functions,
  error: UserErrorFields,
  why: string,
): Promise<StepResult> {
  const { before } = context.memory
  if (before !== undefined) {
    await pointTo(context, found, aliases.live, numbers.parse(JSON.parse(before)))
    await context.say(`${why} What was live before is live again.`)
  }
  return { state: 'failed', error }
}

/** Notes which services are live now; the names of those that are not any more lead nowhere. */
async function settle(context: DeployContext<FunctionConfig>, { functions }: Functions): Promise<void> {
  const { db, cloud, clock, organisationId, config } = context
  const services = config.services.map(({ name, publicName }) => ({ name, publicName }))
  const { row } = functions
  const gone = liveServices(row).filter((old) => !services.some(({ name }) => name === old.name))
  for (const { name, publicName } of gone) {
    const { domain } = await functionsOf(context, config.environmentId)
    await withdrawNames(cloud, recordsFor(cloud, [publicName], { type: 'CNAME', value: domain(name) }))
  }
  const fixed = {
    ...row.fixed,
    live: JSON.stringify(services),
    releaseBytes: String(config.release.sizeBytes),
  }
  await db.inOrganisation(organisationId, (tx) => changeStackRow(tx, row.id, { fixed }, clock.now()))
}

function isWell(answer: EdgeAnswer): boolean {
  return !('problem' in answer) && answer.status < 500
}

/** The app's own fault, as its name says. */
function answersBadly(
  { name }: FunctionService,
  path: string,
  answer: EdgeAnswer,
  seconds: number,
): UserErrorFields {
  const seen = 'problem' in answer ? answer.problem : `It answered ${answer.status}.`
  return {
    code: 'app-function-answers-badly',
    kind: 'failed',
    what: `${name} did not answer ${path} below 500 within ${seconds} s with the new release.`,
    why: `${seen} Nobody was led to it: what was live still is.`,
    todo: 'Look below, or into its log in CloudWatch, for why; or name another path by `health` in slipway.yaml. Then push again.',
  }
}

function notThere(host: string, answer: EdgeAnswer): UserErrorFields {
  const seen = 'problem' in answer ? answer.problem : `It answered ${answer.status}.`
  return {
    code: 'aws-front-late',
    kind: 'failed',
    what: `${host} did not answer through CloudFront within ${everywhereSeconds / 60} minutes.`,
    why: `The function itself answered well before. ${seen}`,
    todo: 'Deploy again. If it stays so, look at the distribution in CloudFront’s console: somebody may have changed it.',
  }
}

function cancelled(): UserErrorFields {
  return { code: 'command-cancelled', kind: 'failed', what: 'The deployment was cancelled.' }
}
