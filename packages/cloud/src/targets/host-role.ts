import type { EnvironmentId } from '@slipway/core'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Stack } from 'aws-cdk-lib/core'
import { appRolePath, environmentPrefix, hostRoleName, parameterName } from '../names.ts'
import { hostGrants } from '../permissions/machines.ts'
import { policyFor } from '../policy.ts'

type Config = {
  account: string
  region: string
  environmentId: EnvironmentId
  bucket: string
  boundaryArn: string
}

/** The role of an environment's hosts, which is their own alone, and the profile that gives it to them. */
export function makeHostRole(stack: Stack, config: Config): iam.CfnInstanceProfile {
  const bucketArn = `arn:aws:s3:::${config.bucket}`
  const parameters = `arn:aws:ssm:${config.region}:${config.account}:parameter${parameterName(config.environmentId, '*')}`
  const names = { account: config.account, connection: '', region: config.region }
  const role = new iam.CfnRole(stack, 'HostRole', {
    roleName: hostRoleName(config.environmentId),
    path: appRolePath,
    permissionsBoundary: config.boundaryArn,
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: [
      {
        policyName: 'host',
        policyDocument: policyFor(
          names,
          hostGrants(bucketArn, environmentPrefix(config.environmentId), parameters),
        ),
      },
    ],
  })
  return new iam.CfnInstanceProfile(stack, 'HostProfile', {
    instanceProfileName: hostRoleName(config.environmentId),
    path: appRolePath,
    roles: [role.ref],
  })
}
