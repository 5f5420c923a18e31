import { account, balancing, type Grant, groups } from './grant.ts'

/** Of the role `cfn`: what stacks of clusters may make. All of it is called slipway-…, and what is not is out of reach. */
export const clusterGrants: readonly Grant[] = [
  {
    words:
      'create, change and delete load balancers, their listeners and target groups whose name starts with slipway-',
    actions: [
      'elasticloadbalancing:CreateLoadBalancer',
      'elasticloadbalancing:ModifyLoadBalancerAttributes',
      'elasticloadbalancing:DeleteLoadBalancer',
      'elasticloadbalancing:CreateTargetGroup',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:ModifyTargetGroupAttributes',
      'elasticloadbalancing:DeleteTargetGroup',
      'elasticloadbalancing:CreateListener',
      'elasticloadbalancing:ModifyListener',
      'elasticloadbalancing:DeleteListener',
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:RemoveTags',
    ],
    resources: balancing('loadbalancer/app', 'targetgroup', 'listener/app'),
  },
  {
    words: 'see load balancers, which CloudFormation needs to follow its own work',
    actions: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      'elasticloadbalancing:DescribeCapacityReservation',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeListenerAttributes',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeTags',
    ],
    resources: ['*'],
  },
  {
    words: 'create, change and delete groups of instances (Auto Scaling) whose name starts with slipway-',
    actions: [
      'autoscaling:CreateAutoScalingGroup',
      'autoscaling:UpdateAutoScalingGroup',
      'autoscaling:DeleteAutoScalingGroup',
      'autoscaling:CreateOrUpdateTags',
      'autoscaling:DeleteTags',
      'autoscaling:PutScalingPolicy',
      'autoscaling:DeletePolicy',
      'autoscaling:PutScheduledUpdateGroupAction',
      'autoscaling:DeleteScheduledAction',
    ],
    resources: [groups],
  },
  {
    words: 'see groups of instances, which CloudFormation needs to follow its own work',
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeScalingActivities',
      'autoscaling:DescribePolicies',
      'autoscaling:DescribeScheduledActions',
    ],
    resources: ['*'],
  },
  {
    // AWS makes each once in an account, with rights that AWS chose, when the first group or load balancer is made.
    words: 'let AWS make the roles that its own load balancers and groups of instances act with',
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [
      `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      `arn:aws:iam::${account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
    ],
    conditions: {
      StringEquals: {
        'iam:AWSServiceName': ['autoscaling.amazonaws.com', 'elasticloadbalancing.amazonaws.com'],
      },
    },
  },
]
