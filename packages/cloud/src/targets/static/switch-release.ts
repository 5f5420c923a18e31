import type { UserErrorFields } from '@slipway/core'
import { askEdge, type EdgeAnswer } from '../../edge/ask-edge.ts'
import { hostName } from '../../publish-name.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import { readKey, updateKeys } from './key-values.ts'
import { readPointer } from './live-pointer.ts'
import { type Site, siteOf } from './site-of.ts'
import type { StaticConfig } from './static-config.ts'
import { readSwitch, type SwitchMemory } from './write-table.ts'

/** A changed value is everywhere within seconds; when it is not by then, something is wrong. */
const everywhereSeconds = 120
const lookAgainMilliseconds = 1000

/**
 * Puts the release live, at once for all services: one put in the store. Then asks the site as a visitor would, and
 * puts back what was there where it does not answer. Safe to repeat. Once begun it ends one way or the other.
 */
export async function switchRelease(context: DeployContext<StaticConfig>): Promise<StepResult> {
  const { db, organisationId, clock, config, memory } = context
  const now = clock.now()
  const until = new Date(now.getTime() + lookAgainMilliseconds)
  const moved = readSwitch(memory)
  const site = await siteOf(context, config.environmentId)
  if (context.isStopping) return goBack(context, site, cancelled(), 'It was cancelled.')
  if (memory.switchedAt === undefined) {
    const isWanted = await db.inOrganisation(organisationId, (tx) => context.begin(tx))
    if (!isWanted) return { state: 'wait', until, on: 'its end, which somebody asked for', memory }
    await updateKeys(site.store, new Map(Object.entries(moved.next)))
    await context.say(`Release ${config.release.number} is live; asking whether it answers`)
    return look(context, site, { ...memory, switchedAt: now.toISOString() })
  }
  return look(context, site, memory)
}

async function look(context: DeployContext<StaticConfig>, site: Site, memory: Memory): Promise<StepResult> {
  const moved = readSwitch(memory)
  const now = context.clock.now()
  const isLate = now.getTime() - Date.parse(memory.switchedAt ?? '') > everywhereSeconds * 1000
  for (const [host, path] of asked(context)) {
    const answer = await askEdge({ domain: site.domain, host, path }, context.cloud.config.edgeEndpoint)
    const error = judge(answer, { host, path, release: readPointer(moved.next[host])?.r, isLate })
    if (error === 'not-yet') {
      const until = new Date(now.getTime() + lookAgainMilliseconds)
      return { state: 'wait', until, on: 'CloudFront to answer with it', memory }
    }
    if (error !== undefined) return goBack(context, site, error, error.what)
  }
  return { state: 'done', memory }
}

/** Host name and path of each service that is to be asked. */
function asked({ cloud, config }: DeployContext<StaticConfig>): [host: string, path: string][] {
  return config.services.flatMap(({ publicName, healthPath }): [string, string][] =>
    healthPath === undefined ? [] : [[hostName(cloud, publicName), healthPath]],
  )
}

/** Nothing where the new release answers well. An answer of the one before means that the change is not there yet. */
function judge(
  answer: EdgeAnswer,
  {
    host,
    path,
    release,
    isLate,
  }: { host: string; path: string; release: string | undefined; isLate: boolean },
): UserErrorFields | 'not-yet' | undefined {
  if ('problem' in answer) return isLate ? notThere(host, answer.problem) : 'not-yet'
  if (answer.release === release)
    return answer.status < 400 ? undefined : answersBadly(host, path, answer.status)
  return isLate ? notThere(host, `It answered ${answer.status}, and not with this release.`) : 'not-yet'
}

/** Also where it began and did not come to the put: what is there is then put once more. */
async function goBack(
  context: DeployContext<StaticConfig>,
  site: Site,
  error: UserErrorFields,
  why: string,
): Promise<StepResult> {
  await putBack(site, readSwitch(context.memory))
  await context.say(`${why} What was live before is live again.`)
  return { state: 'failed', error }
}

async function putBack(site: Site, { next, before }: SwitchMemory): Promise<void> {
  const made: string[] = []
  for (const host of Object.keys(next))
    if (before[host] === undefined && (await readKey(site.store, host)) !== undefined) made.push(host)
  await updateKeys(site.store, new Map(Object.entries(before)), made)
}

/** The app's own fault, as its name says. */
function answersBadly(host: string, path: string, status: number): UserErrorFields {
  return {
    code: 'app-site-answers-badly',
    kind: 'failed',
    what: `${host} answered ${status} at ${path} with the new release.`,
    why: 'After the switch each site is asked once, as a visitor would: `health` in slipway.yaml names the path, `/` where it does not.',
    todo: 'Look which file or rule of _redirects belongs to that path, or name another path by `health`, then push again.',
  }
}

function notThere(host: string, seen: string): UserErrorFields {
  return {
    code: 'aws-site-late',
    kind: 'failed',
    what: `${host} did not answer with the new release within ${everywhereSeconds / 60} minutes.`,
    why: `A changed value of the store is at every edge of CloudFront within seconds. ${seen}`,
    todo: 'Deploy again. If it stays so, look at the distribution in CloudFront’s console: somebody may have changed it.',
  }
}

function cancelled(): UserErrorFields {
  return { code: 'command-cancelled', kind: 'failed', what: 'The deployment was cancelled.' }
}
