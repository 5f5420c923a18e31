import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Aws, CfnDeletionPolicy, CfnOutput, Fn, type Stack } from 'aws-cdk-lib/core'
import { artifactPrefix, sitesPrefix } from '../names.ts'
import { runnerGigabytes } from '../runner/runner-stack.ts'
import { type BaseStackConfig, subnetOutput } from './base-stack.ts'

/**
 * What an account and region needs once, before the first app: a network of its own, dual-stack and without
 * NAT gateways, a bucket, and the launch template of the runner. Nothing in it costs anything while it lies
 * there: https://aws.amazon.com/vpc/pricing/ charges gateways for NAT and public addresses in use only.
 */
export function baseTemplate(stack: Stack, config: BaseStackConfig): void {
  const network = makeNetwork(stack, config)
  const bucket = makeBucket(stack, config)
  makeRunnerLaunchTemplate(stack, config, network.runnerGroup)
  const output = (name: string, value: string) => new CfnOutput(stack, name, { value })
  output('VpcId', network.vpc.ref)
  output('HostGroupId', network.hostGroup.attrGroupId)
  output('RunnerGroupId', network.runnerGroup.attrGroupId)
  output('BucketName', bucket.ref)
  for (const [zone, subnet] of network.subnets) output(subnetOutput(zone), subnet.ref)
}

function makeNetwork(stack: Stack, config: BaseStackConfig) {
  const vpc = new ec2.CfnVPC(stack, 'Vpc', {
    cidrBlock: '10.110.0.0/16',
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: [{ key: 'Name', value: 'slipway' }],
  })
  const ipv6 = new ec2.CfnVPCCidrBlock(stack, 'Ipv6', { vpcId: vpc.ref, amazonProvidedIpv6CidrBlock: true })
  const gateway = new ec2.CfnInternetGateway(stack, 'Gateway', {})
  const attached = new ec2.CfnVPCGatewayAttachment(stack, 'GatewayAttachment', {
    vpcId: vpc.ref,
    internetGatewayId: gateway.ref,
  })
  const routes = new ec2.CfnRouteTable(stack, 'Routes', { vpcId: vpc.ref })
  const out = [
    new ec2.CfnRoute(stack, 'RouteOut', {
      routeTableId: routes.ref,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: gateway.ref,
    }),
    new ec2.CfnRoute(stack, 'RouteOutIpv6', {
      routeTableId: routes.ref,
      destinationIpv6CidrBlock: '::/0',
      gatewayId: gateway.ref,
    }),
  ]
  for (const route of out) route.addResourceDependency(attached)
  const ipv6Blocks = Fn.cidr(Fn.select(0, vpc.attrIpv6CidrBlocks), config.zones.length, '64')
  const subnets = config.zones.map((zone, index): [string, ec2.CfnSubnet] => {
    const subnet = new ec2.CfnSubnet(stack, `Subnet${index}`, {
      vpcId: vpc.ref,
      availabilityZone: zone,
      cidrBlock: `10.110.${index * 16}.0/20`,
      ipv6CidrBlock: Fn.select(index, ipv6Blocks),
      assignIpv6AddressOnCreation: true,
      // Without NAT an instance reaches out by a public address of its own; a host's is then its elastic one.
      mapPublicIpOnLaunch: true,
      tags: [{ key: 'Name', value: `slipway ${zone}` }],
    })
    subnet.addResourceDependency(ipv6)
    new ec2.CfnSubnetRouteTableAssociation(stack, `SubnetRoutes${index}`, {
      subnetId: subnet.ref,
      routeTableId: routes.ref,
    })
    return [zone, subnet]
  })
  const from = (port: number) => [
    { ipProtocol: 'tcp', fromPort: port, toPort: port, cidrIp: '0.0.0.0/0', description: 'anyone' },
    { ipProtocol: 'tcp', fromPort: port, toPort: port, cidrIpv6: '::/0', description: 'anyone' },
  ]
  const toAnywhere = [
    { ipProtocol: '-1', cidrIp: '0.0.0.0/0', description: 'anywhere' },
    { ipProtocol: '-1', cidrIpv6: '::/0', description: 'anywhere' },
  ]
  const hostGroup = new ec2.CfnSecurityGroup(stack, 'HostGroup', {
    vpcId: vpc.ref,
    groupDescription: 'Hosts of Slipway: HTTP and HTTPS from anyone',
    securityGroupIngress: [...from(80), ...from(443)],
    securityGroupEgress: toAnywhere,
  })
  const runnerGroup = new ec2.CfnSecurityGroup(stack, 'RunnerGroup', {
    vpcId: vpc.ref,
    groupDescription: 'The runner of Slipway: nothing from outside',
    securityGroupEgress: toAnywhere,
  })
  return { vpc, subnets, hostGroup, runnerGroup }
}

/** Twice as long as a gate between two steps may wait for a person. */
const artifactDays = 60

/** Kept when the stack goes: it holds the customer's releases. */
function makeBucket(stack: Stack, config: BaseStackConfig): s3.CfnBucket {
  const bucket = new s3.CfnBucket(stack, 'Bucket', {
    bucketName: config.bucket,
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    lifecycleConfiguration: {
      rules: [
        {
          id: 'unfinished-uploads',
          status: 'Enabled',
          abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
        },
        {
          id: 'artifacts-of-steps',
          status: 'Enabled',
          prefix: artifactPrefix,
          expirationInDays: artifactDays,
        },
      ],
    },
  })
  bucket.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE
  bucket.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  new s3.CfnBucketPolicy(stack, 'BucketPolicy', {
    bucket: bucket.ref,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyByTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${config.bucket}`, `arn:aws:s3:::${config.bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          // Any distribution of this account: what lies there is a site's, and is there to be seen. By the account and
          // not one by one, since this stack is older than its sites.
          Sid: 'SitesByCloudFront',
          Effect: 'Allow',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${config.bucket}/${sitesPrefix}*`,
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws:cloudfront::${Aws.ACCOUNT_ID}:distribution/*` },
          },
        },
      ],
    },
  })
  return bucket
}

function makeRunnerLaunchTemplate(stack: Stack, config: BaseStackConfig, group: ec2.CfnSecurityGroup): void {
  const tags = [
    { key: 'slipway:managed', value: 'true' },
    { key: 'Name', value: 'slipway runner' },
  ]
  const template = new ec2.CfnLaunchTemplate(stack, 'RunnerTemplate', {
    launchTemplateName: config.runnerTemplateName,
    launchTemplateData: {
      iamInstanceProfile: { arn: config.runnerProfileArn },
      securityGroupIds: [group.attrGroupId],
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      instanceInitiatedShutdownBehavior: 'stop',
      blockDeviceMappings: [
        { deviceName: '/dev/xvda', ebs: { volumeSize: runnerGigabytes, volumeType: 'gp3', encrypted: true } },
      ],
      tagSpecifications: [
        { resourceType: 'instance', tags },
        { resourceType: 'volume', tags },
      ],
    },
    tagSpecifications: [{ resourceType: 'launch-template', tags }],
  })
  new CfnOutput(stack, 'RunnerTemplateId', { value: template.ref })
  new CfnOutput(stack, 'RunnerTemplateVersion', { value: template.attrLatestVersionNumber })
}
