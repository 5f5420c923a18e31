import * as autoscaling from 'aws-cdk-lib/aws-autoscaling'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { CfnOutput, Fn, type Stack } from 'aws-cdk-lib/core'
import { managedTag } from '../../names.ts'
import { makeHostRole } from '../host-role.ts'
import type { ClusterStackConfig } from './cluster-stack.ts'

/** What a gate answers by 200 once its host serves (apps/agent/src/gate). */
const readyPath = '/slipway/ready'
/** A host that starts fetches the agent and the release before it serves; until then nobody calls it unhealthy. */
const graceSeconds = 300
/** A request that takes longer while its host leaves is broken off. */
const drainSeconds = 30
/** Web sockets that say nothing stay open for so long; the most that a load balancer keeps is 4,000 s. */
const idleSeconds = 3600

/**
 * Hosts that are started from one template and kept in number by a group, and a load balancer that sends visitors to those
 * that are ready. The number that the group has set itself to is its own: no update of the stack takes it back.
 */
export function clusterTemplate(stack: Stack, config: ClusterStackConfig): void {
  const { balancerGroup, hostGroup } = makeSecurityGroups(stack, config)
  const targets = makeTargets(stack, config)
  const template = makeLaunchTemplate(stack, config, hostGroup)
  const balancer = new elb.CfnLoadBalancer(stack, 'Balancer', {
    name: config.name,
    scheme: 'internet-facing',
    type: 'application',
    ipAddressType: 'ipv4',
    subnets: config.subnetIds,
    securityGroups: [balancerGroup.attrGroupId],
    loadBalancerAttributes: [
      { key: 'idle_timeout.timeout_seconds', value: String(idleSeconds) },
      { key: 'routing.http.drop_invalid_header_fields.enabled', value: 'true' },
    ],
  })
  const listener = makeListeners(stack, config, balancer, targets)
  const group = new autoscaling.CfnAutoScalingGroup(stack, 'Group', {
    autoScalingGroupName: config.name,
    minSize: String(config.scale.min),
    maxSize: String(config.scale.max),
    vpcZoneIdentifier: config.subnetIds,
    launchTemplate: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
    targetGroupArns: [targets.ref],
    healthCheckType: 'ELB',
    healthCheckGracePeriod: graceSeconds,
    tags: [{ key: 'Name', value: `slipway ${config.title}`, propagateAtLaunch: true }],
  })
  group.addResourceDependency(listener)
  makePolicies(
    stack,
    config,
    group,
    Fn.join('/', [balancer.attrLoadBalancerFullName, targets.attrTargetGroupFullName]),
  )
  new CfnOutput(stack, 'GroupName', { value: group.ref })
  new CfnOutput(stack, 'TargetGroupArn', { value: targets.ref })
  new CfnOutput(stack, 'BalancerDomain', { value: balancer.attrDnsName })
}

function makeSecurityGroups(stack: Stack, config: ClusterStackConfig) {
  const toAnywhere = [
    { ipProtocol: '-1', cidrIp: '0.0.0.0/0', description: 'anywhere' },
    { ipProtocol: '-1', cidrIpv6: '::/0', description: 'anywhere' },
  ]
  const from = (port: number) => ({
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
    cidrIp: '0.0.0.0/0',
    description: 'anyone',
  })
  const balancerGroup = new ec2.CfnSecurityGroup(stack, 'BalancerGroup', {
    vpcId: config.vpcId,
    groupDescription: `Load balancer of ${config.title}: HTTP and HTTPS from anyone`,
    securityGroupIngress: [from(80), from(443)],
    securityGroupEgress: toAnywhere.slice(0, 1),
  })
  const hostGroup = new ec2.CfnSecurityGroup(stack, 'HostGroup', {
    vpcId: config.vpcId,
    groupDescription: `Hosts of ${config.title}: requests from their load balancer alone`,
    securityGroupIngress: [
      {
        ipProtocol: 'tcp',
        fromPort: config.gatePort,
        toPort: config.gatePort,
        sourceSecurityGroupId: balancerGroup.attrGroupId,
        description: 'the load balancer',
      },
    ],
    securityGroupEgress: toAnywhere,
  })
  return { balancerGroup, hostGroup }
}

function makeTargets(stack: Stack, config: ClusterStackConfig): elb.CfnTargetGroup {
  return new elb.CfnTargetGroup(stack, 'Targets', {
    name: config.name,
    vpcId: config.vpcId,
    protocol: 'HTTP',
    port: config.gatePort,
    targetType: 'instance',
    healthCheckPath: readyPath,
    healthCheckIntervalSeconds: 5,
    healthCheckTimeoutSeconds: 4,
    healthyThresholdCount: 2,
    unhealthyThresholdCount: 3,
    matcher: { httpCode: '200' },
    targetGroupAttributes: [
      { key: 'deregistration_delay.timeout_seconds', value: String(drainSeconds) },
      { key: 'stickiness.enabled', value: String(config.scale.isSticky) },
      { key: 'stickiness.type', value: 'lb_cookie' },
    ],
  })
}

/** HTTPS for visitors, and HTTP that sends them there. */
function makeListeners(
  stack: Stack,
  config: ClusterStackConfig,
  balancer: elb.CfnLoadBalancer,
  targets: elb.CfnTargetGroup,
): elb.CfnListener {
  const forward = [{ type: 'forward', targetGroupArn: targets.ref }]
  const [host, ...others] = config.hosts
  if (host === undefined)
    return new elb.CfnListener(stack, 'Listener', {
      loadBalancerArn: balancer.ref,
      port: 80,
      protocol: 'HTTP',
      defaultActions: forward,
    })
  const certificate = new acm.CfnCertificate(stack, 'Certificate', {
    domainName: host,
    subjectAlternativeNames: others,
    validationMethod: 'DNS',
    tags: [{ key: 'Name', value: `slipway ${config.title}` }],
  })
  new elb.CfnListener(stack, 'RedirectListener', {
    loadBalancerArn: balancer.ref,
    port: 80,
    protocol: 'HTTP',
    defaultActions: [
      { type: 'redirect', redirectConfig: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } },
    ],
  })
  return new elb.CfnListener(stack, 'Listener', {
    loadBalancerArn: balancer.ref,
    port: 443,
    protocol: 'HTTPS',
    sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    certificates: [{ certificateArn: certificate.ref }],
    defaultActions: forward,
  })
}

function makeLaunchTemplate(
  stack: Stack,
  config: ClusterStackConfig,
  hostGroup: ec2.CfnSecurityGroup,
): ec2.CfnLaunchTemplate {
  const profile = makeHostRole(stack, config)
  const tags = [{ key: managedTag.Key, value: managedTag.Value }]
  return new ec2.CfnLaunchTemplate(stack, 'Template', {
    launchTemplateName: config.name,
    launchTemplateData: {
      imageId: config.imageId,
      instanceType: config.instanceType,
      securityGroupIds: [hostGroup.attrGroupId],
      iamInstanceProfile: { arn: profile.attrArn },
      userData: config.userData,
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
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
      tagSpecifications: [{ resourceType: 'volume', tags }],
    },
    tagSpecifications: [{ resourceType: 'launch-template', tags }],
  })
}

function makePolicies(
  stack: Stack,
  { scale }: ClusterStackConfig,
  group: autoscaling.CfnAutoScalingGroup,
  resourceLabel: string,
): void {
  const follow = (id: string, metric: object, targetValue: number) =>
    new autoscaling.CfnScalingPolicy(stack, id, {
      autoScalingGroupName: group.ref,
      policyType: 'TargetTrackingScaling',
      estimatedInstanceWarmup: graceSeconds,
      targetTrackingConfiguration: { ...metric, targetValue },
    })
  if (scale.cpuPercent !== null)
    follow(
      'ScaleByCpu',
      { predefinedMetricSpecification: { predefinedMetricType: 'ASGAverageCPUUtilization' } },
      scale.cpuPercent,
    )
  if (scale.requestsPerSecond !== null)
    follow(
      'ScaleByRequests',
      { predefinedMetricSpecification: { predefinedMetricType: 'ALBRequestCountPerTarget', resourceLabel } },
      // Counted by the minute: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
      scale.requestsPerSecond * 60,
    )
  for (const [index, { cron, zone, min }] of scale.schedule.entries())
    new autoscaling.CfnScheduledAction(stack, `Schedule${index}`, {
      autoScalingGroupName: group.ref,
      recurrence: cron,
      timeZone: zone,
      minSize: min,
    })
}
