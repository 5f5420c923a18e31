import { configurationOf, type Environment } from '@slipway/environments'
import { findHost, sendCommand } from '@slipway/hosts'
import { z } from 'zod'
import { defineMonitor, type LookContext } from '../monitor.ts'
import { throughHost } from '../through-host.ts'
import { judgeState } from './decide/judge-state.ts'

/** For its two keys and Datadog's answer. */
const answerSeconds = 60

const ask = z.object({
  monitor: z.string(),
  site: z.string(),
  key: z.string(),
  appKey: z.string(),
  everySeconds: z.int().positive(),
})

/**
 * A monitor at Datadog. A host of the environment asks, since the keys are secrets of the customer's, which Slipway
 * itself cannot read (docs/decisions/0015-a-host-asks-datadog.md).
 */
export const datadog = defineMonitor({
  kind: 'datadog',
  ask,
  plan: ({ line: _, kind: __, ...asked }) => ({ words: `Datadog monitor ${asked.monitor}`, ask: asked }),
  look: (asked, context) =>
    throughHost(
      {
        everySeconds: asked.everySeconds,
        send: () => send(asked, context),
        judge: (outcome, at) => judgeState(asked, outcome, at),
      },
      context,
    ),
})

/** From the first environment whose host is connected: the monitor is the same from everywhere. */
async function send({ monitor, site, key, appKey }: z.infer<typeof ask>, context: LookContext) {
  const { db, organisationId, environments, clock, wake } = context
  return db.inOrganisation(organisationId, async (tx) => {
    const place = await firstConnected(tx, environments)
    if (place === undefined)
      return notSent(`no host of ${namesOf(environments)} is connected, which would ask`)
    const { environment, hostId } = place
    const { secrets } = await configurationOf(tx, environment.id)
    const [apiKeyFound, appKeyFound] = [key, appKey].map((name) => secrets.find((each) => each.name === name))
    if (apiKeyFound === undefined || appKeyFound === undefined) {
      const missing = apiKeyFound === undefined ? key : appKey
      return notSent(`${environment.name} has no secret ${missing}; set it among its variables`)
    }
    const commandId = await sendCommand(
      tx,
      {
        organisationId,
        hostId,
        fence: 0n,
        deadline: new Date(clock.now().getTime() + answerSeconds * 1000),
        command: { kind: 'datadog', spec: { monitor, site, apiKey: apiKeyFound, appKey: appKeyFound } },
        // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
        then: wake,
      },
      clock,
    )
    return { is: 'sent' as const, commandId }
  })
}

async function firstConnected(tx: Parameters<typeof findHost>[0], environments: readonly Environment[]) {
  for (const environment of environments) {
    const { organisationId, cloudAccountId, region, id: environmentId } = environment
    const host = await findHost(tx, { organisationId, cloudAccountId, region, kind: 'host', environmentId })
    if (host?.state === 'online') return { environment, hostId: host.id }
  }
  return undefined
}

const namesOf = (environments: readonly Environment[]) => environments.map(({ name }) => name).join(', ')

const notSent = (words: string) => ({ is: 'not-sent' as const, words })
