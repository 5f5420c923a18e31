import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import type { RunnerStackConfig } from './runner-stack.ts'

/**
 * The runner of an account and region. A stack makes it, so that Slipway itself needs no right to run
 * instances; afterwards it is stopped and started, and its disk keeps the caches of builds.
 */
export function runnerTemplate(stack: Stack, config: RunnerStackConfig): void {
  const instance = new ec2.CfnInstance(stack, 'Instance', {
    launchTemplate: { launchTemplateId: config.launchTemplateId, version: config.launchTemplateVersion },
    imageId: config.imageId,
    instanceType: config.instanceType,
    availabilityZone: config.zone,
    subnetId: config.subnetId,
    securityGroupIds: [config.runnerGroupId],
    iamInstanceProfile: config.profileName,
    userData: config.userData,
    tags: [{ key: 'Name', value: 'slipway runner' }],
  })
  new CfnOutput(stack, 'InstanceId', { value: instance.ref })
}
