import { asId } from '@slipway/core'
import { boundaryArn, bucketName, clusterName, edgeName, runnerProfileArn, siteName } from '../names.ts'
import type { StackRequest } from './templates.ts'

/** One stack of each kind, and of each shape that differs: what tests and cfn-lint look at. */
export function exampleStacks(region = 'eu-central-1'): StackRequest[] {
  const account = '222222222222'
  const connection = asId('cloudAccount', 'con_exampleexampleexample')
  const zones = ['a', 'b', 'c'].map((letter) => `${region}${letter}`)
  const instance = {
    imageId: 'ami-0c2023a1b2c3d4e5f',
    subnetId: 'subnet-0123456789abcdef0',
    userData: Buffer.from('#!/bin/sh\n').toString('base64'),
    zone: zones[0] ?? region,
  }
  const server = {
    ...instance,
    account,
    region,
    organisationId: asId('organisation', 'org_example'),
    title: 'shop production',
    bucket: bucketName(account, region, connection),
    boundaryArn: boundaryArn(account, connection),
    hostGroupId: 'sg-0123456789abcdef0',
    instanceType: 't4g.small',
    rootGigabytes: 10,
    hasAlarm: true,
  }
  return [
    {
      kind: 'base',
      name: 'slipway-base-example',
      config: {
        zones,
        bucket: bucketName(account, region, connection),
        runnerProfileArn: runnerProfileArn(account, connection),
        runnerTemplateName: 'slipway-runner-example',
      },
    },
    {
      kind: 'runner',
      name: 'slipway-runner-example',
      config: {
        ...instance,
        launchTemplateId: 'lt-0123456789abcdef0',
        launchTemplateVersion: '1',
        profileName: 'runner-example',
        runnerGroupId: 'sg-0123456789abcdef0',
        instanceType: 't4g.medium',
      },
    },
    {
      kind: 'server',
      name: 'slipway-shop-production-plain',
      config: { ...server, environmentId: asId('environment', 'env_exampleplain'), disks: [] },
    },
    {
      kind: 'server',
      name: 'slipway-shop-production-disks',
      config: {
        ...server,
        environmentId: asId('environment', 'env_exampledisks'),
        instanceType: 'm7i.large',
        disks: [
          { name: 'data', device: '/dev/sdf', gigabytes: 20, type: 'gp3' },
          { name: 'big-cache', device: '/dev/sdg', gigabytes: 100, type: 'gp3', iops: 4000 },
        ],
      },
    },
    {
      kind: 'cluster',
      name: 'slipway-chat-production',
      config: {
        account,
        region,
        organisationId: server.organisationId,
        environmentId: asId('environment', 'env_exampleexamplecluster'),
        title: 'chat production',
        name: clusterName(asId('environment', 'env_exampleexamplecluster')),
        bucket: server.bucket,
        boundaryArn: server.boundaryArn,
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        imageId: instance.imageId,
        instanceType: 't4g.small',
        userData: instance.userData,
        rootGigabytes: 16,
        gatePort: 80,
        hosts: ['web-chat-abc123.slipway.example', 'api-chat-def456.slipway.example'],
        scale: {
          min: 2,
          max: 5,
          cpuPercent: 60,
          requestsPerSecond: 500,
          schedule: [{ cron: '0 8 * * 1-5', zone: 'Europe/London', min: 3 }],
          isSticky: true,
        },
      },
    },
    {
      kind: 'server',
      name: 'slipway-shop-production-restored',
      config: {
        ...server,
        environmentId: asId('environment', 'env_examplerestored'),
        disks: [
          {
            name: 'data',
            device: '/dev/sdf',
            gigabytes: 20,
            type: 'gp3',
            volumes: [
              { number: 0, isAttached: false },
              { number: 1, isAttached: true, snapshotId: 'snap-0123456789abcdef0' },
            ],
          },
        ],
      },
    },
    { kind: 'edge', name: 'slipway-edge-example', config: { name: edgeName(connection) } },
    {
      kind: 'static',
      name: 'slipway-docs-production',
      config: {
        environmentId: asId('environment', 'env_examplesite'),
        title: 'docs production',
        name: siteName(asId('environment', 'env_examplesite')),
        bucket: bucketName(account, region, connection),
        region,
        hosts: ['web-docs-abc123.slipway.example', 'blog-docs-def456.slipway.example'],
        originAccessId: 'E2EXAMPLE1234',
        cachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        responseFunctionArn: `arn:aws:cloudfront::${account}:function/slipway-example-response`,
      },
    },
    {
      kind: 'function',
      name: 'slipway-api-production',
      config: {
        account,
        region,
        environmentId: asId('environment', 'env_examplefunction'),
        title: 'api production',
        boundaryArn: boundaryArn(account, connection),
        services: ['web', 'my-api'],
      },
    },
    {
      kind: 'front',
      name: 'slipway-api-production-front',
      config: {
        environmentId: asId('environment', 'env_examplefunction'),
        title: 'api production',
        frontFunctionArn: `arn:aws:cloudfront::${account}:function/slipway-example-front`,
        services: [
          {
            name: 'my-api',
            host: 'my-api-shop-abc123.slipway.example',
            origin: `abcdefghijklmnopqrstuvwxyz012345.lambda-url.${region}.on.aws`,
          },
        ],
      },
    },
  ]
}
