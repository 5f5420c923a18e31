import { z } from 'zod'

const document = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
})
const trust = z.object({
  Statement: z.array(z.object({ Principal: z.union([z.string(), z.record(z.string(), z.unknown())]) })),
})

/** What stacks of ours are made of. Another type is a mistake until it stands here and in the role `cfn`. */
const types = new Set([
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::AutoScaling::ScalingPolicy',
  'AWS::AutoScaling::ScheduledAction',
  'AWS::CertificateManager::Certificate',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::KeyValueStore',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudWatch::Alarm',
  'AWS::EC2::EIP',
  'AWS::EC2::EIPAssociation',
  'AWS::EC2::Instance',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::LaunchTemplate',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCCidrBlock',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::EC2::Volume',
  'AWS::EC2::VolumeAttachment',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::Role',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
])

/**
 * Reasons why a template must not go to a customer's account, whoever made it: a second lock beside the rights
 * of the role `cfn`. IAM cannot look into a trust policy, so that a role trusting somebody outside is refused
 * here and nowhere else.
 */
export function refuseTemplate(template: unknown, boundary: string): string[] {
  const read = document.safeParse(template)
  if (!read.success) return ['it is not a template']
  return Object.entries(read.data.Resources).flatMap(([name, { Type, Properties }]) => {
    if (!types.has(Type)) return [`${name}: ${Type} is not made by Slipway`]
    return Type === 'AWS::IAM::Role' ? refuseRole(name, Properties, boundary) : []
  })
}

function refuseRole(name: string, properties: Record<string, unknown>, boundary: string): string[] {
  const refusals: string[] = []
  if (properties.Path !== '/slipway/app/') refusals.push(`${name}: a role outside /slipway/app/`)
  if (properties.PermissionsBoundary !== boundary) refusals.push(`${name}: a role without the boundary`)
  if (properties.ManagedPolicyArns !== undefined) refusals.push(`${name}: a role with a policy of others`)
  const trusted = trust.safeParse(properties.AssumeRolePolicyDocument)
  if (!trusted.success) return [...refusals, `${name}: a trust that cannot be read`]
  const onlyServices = trusted.data.Statement.every(
    ({ Principal }) =>
      typeof Principal === 'object' &&
      Object.keys(Principal).every((kind) => kind === 'Service') &&
      (Principal.Service === 'ec2.amazonaws.com' || Principal.Service === 'lambda.amazonaws.com'),
  )
  if (!onlyServices) refusals.push(`${name}: a role that trusts more than EC2 or Lambda`)
  return refusals
}
