import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { EnvironmentId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'
import { connectionOf } from '../../account.ts'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { findEnvironmentStack, findStackRow, type StackRow } from '../../stacks/stack-row.ts'
import type { AccountContext } from '../target.ts'
import { partOf } from './function-stack.ts'

export type NamedStack = { name: string; row: StackRow }

/** The two stacks of an environment of functions; undefined where one was not asked for, or is gone. */
export async function findStacks(
  tx: Tx,
  { cloudAccountId, region }: Pick<AccountContext, 'cloudAccountId' | 'region'>,
  environmentId: EnvironmentId,
): Promise<{ functions: NamedStack | undefined; front: NamedStack | undefined }> {
  const find = async (kind: 'function' | 'front', region: string) => {
    const name = await findEnvironmentStack(tx, environmentId, kind)
    const row = name && (await findStackRow(tx, { cloudAccountId, region, name }))
    return name && row ? { name, row } : undefined
  }
  return { functions: await find('function', region), front: await find('front', edgeRegion) }
}

const live = z.array(z.object({ name: z.string(), publicName: z.string() }))
export type LiveService = z.infer<typeof live>[number]

/** The services of the release that was last switched to; none before the first. */
export function liveServices({ fixed }: Pick<StackRow, 'fixed'>): LiveService[] {
  return fixed.live === undefined ? [] : live.parse(JSON.parse(fixed.live))
}

export type Functions = {
  functions: NamedStack
  front: NamedStack
  lambda: LambdaClient
  /** Host name of a service's function URL under an alias. */
  address(service: string, alias: 'Live' | 'Next'): string
  /** What CloudFront calls the distribution of a service. */
  domain(service: string): string
}

/** Functions that stand, with a session that may give them releases. Throws where they do not stand. */
export async function functionsOf(context: AccountContext, environmentId: EnvironmentId): Promise<Functions> {
  const { db, organisationId, cloudAccountId, region } = context
  const { functions, front, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    ...(await findStacks(tx, context, environmentId)),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (functions === undefined || front === undefined)
    throw new Error(`the functions of ${environmentId} do not stand, though their step is done`)
  const { lambda } = await context.cloud.sessions.clients(connection, 'function', region)
  const output = ({ name, row }: NamedStack, key: string) => {
    const value = row.outputs[key]
    if (value === undefined) throw new Error(`the stack ${name} has no ${key} yet`)
    return value
  }
  return {
    functions,
    front,
    lambda,
    address: (service, alias) => new URL(output(functions, partOf(service, `${alias}Address`))).hostname,
    domain: (service) => output(front, partOf(service, 'Domain')),
  }
}
