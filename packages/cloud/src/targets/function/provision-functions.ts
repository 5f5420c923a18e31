import { connectionOf } from '../../account.ts'
import { stepResult } from '../../base/base-steps.ts'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { readEdge } from '../../edge/ensure-edge.ts'
import { proveNames } from '../../edge/prove-names.ts'
import { boundaryArn, environmentStackName } from '../../names.ts'
import { hostName } from '../../publish-name.ts'
import { applyStack } from '../../stacks/apply-stack.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { FunctionConfig } from './function-config.ts'
import { findStacks, liveServices } from './function-of.ts'
import { partOf } from './function-stack.ts'

/**
 * Brings the functions about, of this release and of the one before: what a release leaves out goes with the next one, so
 * that it is there for as long as one may go back. Safe to repeat.
 */
export async function provisionFunctions(context: DeployContext<FunctionConfig>): Promise<StepResult> {
  const { db, organisationId, cloudAccountId, region, config } = context
  const { environmentId } = config
  const { name, services, account } = await db.inOrganisation(organisationId, async (tx) => {
    const { functions } = await findStacks(tx, context, environmentId)
    const { number } = await connectionOf(tx, cloudAccountId)
    return { name: stackNameOf(config, functions), services: servicesOf(config, functions), account: number }
  })
  return stepResult(
    await applyStack(
      context,
      {
        kind: 'function',
        name,
        config: {
          account,
          region,
          environmentId,
          title: `${config.app} ${config.environment}`,
          boundaryArn: boundaryArn(account, cloudAccountId),
          services: services.map((service) => service.name),
        },
      },
      { environmentId },
    ),
  )
}

/** Brings about what leads visitors to the functions. The certificates are proven meanwhile, since the stack waits for them. */
export async function provisionFront(context: DeployContext<FunctionConfig>): Promise<StepResult> {
  const { db, cloud, organisationId, cloudAccountId, config } = context
  const at = { ...context, region: edgeRegion }
  const { environmentId } = config
  const { functions, front, edge, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    ...(await findStacks(tx, context, environmentId)),
    edge: await readEdge(tx, cloudAccountId),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (functions === undefined) throw new Error('the functions do not stand, though their step is done')
  const name = front?.name ?? `${functions.name}-front`
  const services = servicesOf(config, functions).map((service) => {
    const address = functions.row.outputs[partOf(service.name, 'LiveAddress')]
    if (address === undefined) throw new Error(`the function of ${service.name} has no address`)
    return {
      name: service.name,
      host: hostName(cloud, service.publicName),
      origin: new URL(address).hostname,
    }
  })
  const progress = await applyStack(
    at,
    {
      kind: 'front',
      name,
      config: {
        environmentId,
        title: `${config.app} ${config.environment}`,
        frontFunctionArn: edge.frontFunctionArn,
        services,
      },
    },
    { environmentId },
  )
  // Also where it is done at once: AWS renews a certificate for as long as its proof is there.
  if (progress.state !== 'failed')
    await proveNames(at, connection, { name, hosts: services.map(({ host }) => host) })
  return stepResult(progress)
}

type Found = Awaited<ReturnType<typeof findStacks>>['functions']

function stackNameOf({ app, environment, environmentId }: FunctionConfig, found: Found): string {
  return found?.name ?? environmentStackName(app, environment, environmentId)
}

function servicesOf({ services }: FunctionConfig, found: Found): { name: string; publicName: string }[] {
  const before = found === undefined ? [] : liveServices(found.row)
  return [...services, ...before.filter((old) => !services.some(({ name }) => name === old.name))]
}
