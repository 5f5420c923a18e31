import { connectionOf } from '../../account.ts'
import { readBase } from '../../base/ensure-base.ts'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { readEdge } from '../../edge/ensure-edge.ts'
import { proveNames } from '../../edge/prove-names.ts'
import { environmentStackName, siteName } from '../../names.ts'
import { hostName } from '../../publish-name.ts'
import { applyStack } from '../../stacks/apply-stack.ts'
import { needStackRow } from '../../stacks/stack-row.ts'
import type { DeployContext, StepResult } from '../target.ts'
import { findSite } from './site-of.ts'
import type { StaticConfig } from './static-config.ts'

/**
 * Brings the site's own stack about: certificate, distribution, function and store. Safe to repeat. The certificate is
 * proven meanwhile, since the stack waits for it.
 */
export async function provisionSite(context: DeployContext<StaticConfig>): Promise<StepResult> {
  const { db, cloud, organisationId, cloudAccountId, region, clock, config } = context
  const at = { ...context, region: edgeRegion }
  const { environmentId } = config
  const { name, base, edge, connection } = await db.inOrganisation(organisationId, async (tx) => {
    const name =
      (await findSite(tx, context, environmentId))?.name ??
      environmentStackName(config.app, config.environment, environmentId)
    const key = { cloudAccountId, region: edgeRegion, name }
    await needStackRow(tx, organisationId, key, { kind: 'static', environmentId }, clock.now())
    return {
      name,
      base: await readBase(tx, context),
      edge: await readEdge(tx, cloudAccountId),
      connection: await connectionOf(tx, cloudAccountId),
    }
  })
  const hosts = config.services.map(({ publicName }) => hostName(cloud, publicName))
  const progress = await applyStack(
    at,
    {
      kind: 'static',
      name,
      config: {
        environmentId,
        title: `${config.app} ${config.environment}`,
        name: siteName(environmentId),
        bucket: base.bucket,
        region,
        hosts,
        originAccessId: edge.originAccessId,
        cachePolicyId: edge.cachePolicyId,
        responseFunctionArn: edge.responseFunctionArn,
      },
    },
    { environmentId },
  )
  switch (progress.state) {
    case 'failed':
      return progress
    case 'waiting':
      await proveNames(at, connection, { name, hosts })
      return { state: 'wait', until: progress.until, on: progress.on }
    case 'ready':
      // Once more where it was done at once: AWS renews a certificate for as long as its proof is there.
      await proveNames(at, connection, { name, hosts })
      return { state: 'done' }
  }
}
