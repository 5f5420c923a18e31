import { UserError } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'
import { connectionOf } from '../../account.ts'
import { readBase } from '../../base/ensure-base.ts'
import { templateVersionWithClusters } from '../../connect/template.ts'
import { architectureOf } from '../../decide/instance-type.ts'
import { proveNames } from '../../edge/prove-names.ts'
import { findImage } from '../../hosts/find-image.ts'
import { makeHostFile } from '../../hosts/make-host-file.ts'
import { userData } from '../../hosts/user-data.ts'
import { boundaryArn, clusterName, environmentStackName } from '../../names.ts'
import { hostName } from '../../publish-name.ts'
import { applyStack } from '../../stacks/apply-stack.ts'
import { changeStackRow, needStackRow } from '../../stacks/stack-row.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { rootGigabytes } from './cluster-cost.ts'
import { findClusterStack } from './find-cluster.ts'
import { keepLookingAtCluster } from './look-at-cluster.ts'

/** The image is chosen once: hosts that a group adds later are of the architecture that its releases are built for. */
const fixedFacts = z.object({ imageId: z.string(), architecture: z.enum(['arm64', 'x64']) })

/**
 * Brings the cluster's own stack about: load balancer, certificate, launch template and group. Safe to repeat. The certificate
 * is proven meanwhile, since the stack waits for it. A changed launch template is for hosts that start from then on.
 */
export async function provisionCluster(context: DeployContext<ClusterConfig>): Promise<StepResult> {
  const { db, cloud, organisationId, cloudAccountId, region, clock, config } = context
  const { environmentId } = config
  const { name, row, base, connection } = await db.inOrganisation(organisationId, async (tx) => {
    await refuseWithoutRights(tx, cloudAccountId)
    const name =
      (await findClusterStack(tx, context, environmentId))?.name ??
      environmentStackName(config.app, config.environment, environmentId)
    const key = { cloudAccountId, region, name }
    return {
      name,
      row: await needStackRow(tx, organisationId, key, { kind: 'cluster', environmentId }, clock.now()),
      base: await readBase(tx, context),
      connection: await connectionOf(tx, cloudAccountId),
    }
  })
  const wanted = architectureOf(config.instanceType)
  const known = fixedFacts.safeParse(row.fixed)
  const { ec2 } = await cloud.sessions.clients(connection, 'observe', region)
  const fixed = known.success ? known.data : await findImage(ec2, [wanted])
  if (fixed.architecture !== wanted)
    return {
      state: 'failed',
      error: {
        code: 'host-other-architecture',
        kind: 'conflict',
        what: `The hosts of this environment are ${fixed.architecture}, and ${config.instanceType} is not.`,
        why: 'Its hosts start from one machine image, and an image is of one architecture.',
        todo: 'Choose an instance type of the same architecture, or create a new app and move over.',
      },
    }
  const noted = {
    ...row.fixed,
    imageId: fixed.imageId,
    architecture: fixed.architecture,
    instanceType: config.instanceType,
    hosts: String(config.scale.min),
    zones: String(base.subnets.length),
  }
  if (JSON.stringify(noted) !== JSON.stringify(row.fixed))
    await db.inOrganisation(organisationId, (tx) => changeStackRow(tx, row.id, { fixed: noted }, clock.now()))
  const own = { kind: 'host' as const, environmentId, gatePort: config.gatePort, disks: [] }
  const hosts = config.publicNames.map((one) => hostName(cloud, one))
  const progress = await applyStack(
    context,
    {
      kind: 'cluster',
      name,
      config: {
        account: connection.number,
        region,
        organisationId,
        environmentId,
        title: `${config.app} ${config.environment}`,
        name: clusterName(environmentId),
        bucket: base.bucket,
        boundaryArn: boundaryArn(connection.number, cloudAccountId),
        vpcId: base.vpcId,
        subnetIds: base.subnets.map(({ subnetId }) => subnetId),
        imageId: fixed.imageId,
        instanceType: config.instanceType,
        userData: userData(makeHostFile(context, base.bucket, own)),
        rootGigabytes,
        gatePort: config.gatePort,
        hosts,
        scale: config.scale,
      },
    },
    { environmentId },
  )
  switch (progress.state) {
    case 'failed':
      return progress
    case 'waiting':
      await proveNames(context, connection, { name, hosts })
      return { state: 'wait', until: progress.until, on: progress.on }
    case 'ready':
      // Once more where it was done at once: AWS renews a certificate for as long as its proof is there.
      await proveNames(context, connection, { name, hosts })
      await db.inOrganisation(organisationId, (tx) =>
        keepLookingAtCluster(tx, { organisationId, environmentId }, clock.now()),
      )
      return { state: 'done' }
  }
}

/** An account whose number was typed never said its version; it was connected by the template of its day. */
async function refuseWithoutRights(tx: Tx, id: string): Promise<void> {
  const { name, templateVersion } = await tx.cloudAccount.findUniqueOrThrow({
    where: { id },
    select: { name: true, templateVersion: true },
  })
  if ((templateVersion ?? templateVersionWithClusters) >= templateVersionWithClusters) return
  throw new UserError({
    code: 'cloud-account-before-clusters',
    kind: 'conflict',
    what: `${name} does not let Slipway make clusters yet.`,
    why: 'Its connect stack was launched before there were any, and grants no rights on load balancers and groups of hosts.',
    todo: `Open ${name} under Cloud accounts, update its connect stack by the link there, then deploy again.`,
  })
}
