import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { CfnDeletionPolicy, CfnOutput, type Stack } from 'aws-cdk-lib/core'
import { hostAlarmName } from '../../names.ts'
import { makeHostRole } from '../host-role.ts'
import type { ServerStackConfig } from './server-stack.ts'
import { logical, volumeOutput } from './template-names.ts'

/**
 * One instance with its disks and an address that stays, and the role of that instance. Logical ids of disks
 * are made from their names alone: a renamed disk is a new one, and the old one is kept.
 */
export function serverTemplate(stack: Stack, config: ServerStackConfig): void {
  const profile = makeHostRole(stack, config)
  const instance = new ec2.CfnInstance(stack, 'Instance', {
    imageId: config.imageId,
    instanceType: config.instanceType,
    availabilityZone: config.zone,
    subnetId: config.subnetId,
    securityGroupIds: [config.hostGroupId],
    iamInstanceProfile: profile.ref,
    userData: config.userData,
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    instanceInitiatedShutdownBehavior: 'stop',
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeSize: config.rootGigabytes,
          volumeType: 'gp3',
          encrypted: true,
          deleteOnTermination: true,
        },
      },
    ],
    propagateTagsToVolumeOnCreation: true,
    tags: [{ key: 'Name', value: `slipway ${config.title}` }],
  })
  const address = new ec2.CfnEIP(stack, 'Address', { domain: 'vpc' })
  new ec2.CfnEIPAssociation(stack, 'AddressAssociation', {
    allocationId: address.attrAllocationId,
    instanceId: instance.ref,
  })
  for (const disk of config.disks) makeDisk(stack, config, disk, instance)
  if (config.hasAlarm) makeHostAlarm(stack, config, instance)
  new CfnOutput(stack, 'InstanceId', { value: instance.ref })
  new CfnOutput(stack, 'Address4', { value: address.attrPublicIp })
}

/** A disk's volumes, of which one is attached. What is not attached any more goes once the template leaves it out. */
function makeDisk(
  stack: Stack,
  config: ServerStackConfig,
  disk: ServerStackConfig['disks'][number],
  instance: ec2.CfnInstance,
): void {
  const { volumes = [{ number: 0, isAttached: true }] } = disk
  for (const { number, snapshotId, isAttached } of volumes) {
    const name = `Disk${logical(disk.name)}${number === 0 ? '' : `Restored${number}`}`
    const volume = new ec2.CfnVolume(stack, name, {
      availabilityZone: config.zone,
      size: disk.gigabytes,
      volumeType: disk.type,
      encrypted: true,
      ...(snapshotId !== undefined && { snapshotId }),
      ...(disk.iops !== undefined && { iops: disk.iops }),
      tags: [
        { key: 'Name', value: `slipway ${config.title} ${disk.name}` },
        { key: 'slipway:disk', value: disk.name },
      ],
    })
    // A disk outlives its environment: nobody's data goes because a stack went.
    volume.cfnOptions.deletionPolicy = isAttached
      ? CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE
      : CfnDeletionPolicy.DELETE
    volume.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
    if (!isAttached) continue
    new ec2.CfnVolumeAttachment(stack, `${name}Attachment`, {
      device: disk.device,
      instanceId: instance.ref,
      volumeId: volume.ref,
    })
    new CfnOutput(stack, volumeOutput(disk.name), { value: volume.ref })
  }
}

/**
 * EC2's own checks of the machine below and of the system on it, which it publishes every minute and does not charge
 * for; two failed minutes in a row are an alarm. It has no action: EC2 moves an instance off failed hardware by
 * itself, with its addresses and volumes, and the action of an alarm would need another right for the same.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html
 */
function makeHostAlarm(stack: Stack, config: ServerStackConfig, instance: ec2.CfnInstance): void {
  const alarm = new cloudwatch.CfnAlarm(stack, 'HostAlarm', {
    alarmName: hostAlarmName(stack.stackName),
    alarmDescription: `EC2's checks of the host of ${config.title} fail. Made by Slipway, which undoes a deployment that turns it red.`,
    namespace: 'AWS/EC2',
    metricName: 'StatusCheckFailed',
    dimensions: [{ name: 'InstanceId', value: instance.ref }],
    statistic: 'Maximum',
    period: 60,
    evaluationPeriods: 2,
    threshold: 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    // A host that is stopped is not checked: then nothing is known, and nothing is wrong.
    treatMissingData: 'missing',
  })
  new CfnOutput(stack, 'HostAlarmName', { value: alarm.ref })
}
