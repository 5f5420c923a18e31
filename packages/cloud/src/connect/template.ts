import { managedTag } from '../names.ts'
import { cfn, cfnNever } from '../permissions/cfn.ts'
import { control, controlNever, purposes } from '../permissions/control.ts'
import { boundaryGrants, runner } from '../permissions/machines.ts'
import { inTemplate, policyInTemplate } from '../policy.ts'

/**
 * Grows with every change of what the template makes; the announcement carries it, so that we know which
 * rights an account has granted.
 */
export const templateVersion = 6

/** The first version that grants what alarms need: an account of an older one has servers without. */
export const templateVersionWithAlarms = 3

/** The first version that lets steps keep files: in an account of an older one such a step waits. */
export const templateVersionWithArtifacts = 4

/** The first version that grants what a static site needs: in an account of an older one there can be none. */
export const templateVersionWithSites = 5

/** The first version that grants what a function needs: in an account of an older one there can be none. */
export const templateVersionWithFunctions = 6

/** The first version that lets snapshots of disks be taken and deleted. */
export const templateVersionWithSnapshots = 6

/** The first version that grants what a cluster needs: in an account of an older one there can be none. */
export const templateVersionWithClusters = 6

const assumedBy = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
})

const ref = (name: string) => ({ Ref: name })
const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
const slipwaysRoot = { 'Fn::Join': [':', ['arn:aws:iam:', ref('SlipwayAccount'), 'root']] }
const named = (kind: string) => inTemplate(`${kind}-<connection>`)

/**
 * Trust in one principal of Slipway's account under this connection's ExternalId. The account's root is named
 * and the principal asked for by condition: a principal that is named itself turns into a dead id when it is
 * ever made again. TagSession and SetSourceIdentity stand apart, since STS may have no ExternalId to compare
 * when it asks for these two.
 */
const trustInSlipway = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: slipwaysRoot },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'sts:ExternalId': ref('ExternalId') },
        ArnEquals: { 'aws:PrincipalArn': ref('SlipwayPrincipal') },
      },
    },
    {
      Effect: 'Allow',
      Principal: { AWS: slipwaysRoot },
      Action: ['sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: { ArnEquals: { 'aws:PrincipalArn': ref('SlipwayPrincipal') } },
    },
  ],
}

const tags = [
  { ...managedTag },
  { Key: 'slipway:connection', Value: ref('ConnectionId') },
  { Key: 'slipway:template', Value: String(templateVersion) },
]

function managedPolicy(kind: string, description: string, document: unknown) {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: named(kind),
      Path: '/slipway/',
      Description: description,
      PolicyDocument: document,
    },
  }
}

/**
 * The template that a customer launches: global things only, once per account; no function, no bucket, no
 * user. Plain CloudFormation, the same for everybody: what differs comes in as parameters of the link.
 * `ExternalId` is not `NoEcho`, since a quick-create link cannot fill such a parameter.
 */
export function connectTemplate(): Record<string, unknown> {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Connects this AWS account to Slipway: roles, policies and one announcement.',
    Parameters: {
      ConnectionId: { Type: 'String', AllowedPattern: 'con_[0-9a-z]{4,40}', Description: 'Made by Slipway.' },
      ExternalId: {
        Type: 'String',
        AllowedPattern: '[A-Za-z0-9_-]{43}',
        Description: 'Made by Slipway for this connection alone; nobody without it can use the role.',
      },
      SlipwayAccount: { Type: 'String', AllowedPattern: '[0-9]{12}', Description: "Slipway's AWS account." },
      SlipwayPrincipal: {
        Type: 'String',
        AllowedPattern: 'arn:aws:iam::[0-9]{12}:(user|role)/.+',
        Description: 'The one principal of that account that may assume the role.',
      },
      AnnounceTopic: {
        Type: 'String',
        Default: '',
        Description:
          "Where to tell Slipway this account's number. Empty: type the number in Slipway instead.",
      },
    },
    Conditions: { Announce: { 'Fn::Not': [{ 'Fn::Equals': [ref('AnnounceTopic'), ''] }] } },
    Resources: {
      Boundary: managedPolicy(
        'boundary',
        'The most that a role of an app, a runner or a build step can do.',
        policyInTemplate(boundaryGrants),
      ),
      ControlPolicy: managedPolicy(
        'control',
        'What Slipway itself may do.',
        policyInTemplate(
          purposes.flatMap((purpose) => control[purpose]),
          controlNever,
        ),
      ),
      Control: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: named('control'),
          Path: '/slipway/',
          Description: 'Assumed by Slipway, for at most an hour at a time.',
          MaxSessionDuration: 3600,
          AssumeRolePolicyDocument: trustInSlipway,
          ManagedPolicyArns: [ref('ControlPolicy')],
          Tags: tags,
        },
      },
      CfnNetworkPolicy: managedPolicy(
        'cfn-network',
        'What stacks of Slipway may make: the network.',
        policyInTemplate(cfn.network),
      ),
      CfnComputePolicy: managedPolicy(
        'cfn-compute',
        'What stacks of Slipway may make: instances, disks, buckets, bounded roles.',
        policyInTemplate(cfn.compute, cfnNever),
      ),
      CfnEdgePolicy: managedPolicy(
        'cfn-edge',
        'What stacks of Slipway may make: CloudFront and certificates.',
        policyInTemplate(cfn.edge),
      ),
      CfnFunctionsPolicy: managedPolicy(
        'cfn-functions',
        'What stacks of Slipway may make: functions with their addresses and logs.',
        policyInTemplate(cfn.functions),
      ),
      CfnClusterPolicy: managedPolicy(
        'cfn-cluster',
        'What stacks of Slipway may make: groups of hosts and load balancers.',
        policyInTemplate(cfn.cluster),
      ),
      Cfn: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: named('cfn'),
          Path: '/slipway/',
          Description: 'Used by CloudFormation for stacks of Slipway, and by nobody else.',
          AssumeRolePolicyDocument: assumedBy('cloudformation.amazonaws.com'),
          ManagedPolicyArns: [
            'CfnNetworkPolicy',
            'CfnComputePolicy',
            'CfnEdgePolicy',
            'CfnFunctionsPolicy',
            'CfnClusterPolicy',
          ].map(ref),
          Tags: tags,
        },
      },
      Runner: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: named('runner'),
          Path: '/slipway/',
          Description: 'Of the instance that builds releases.',
          PermissionsBoundary: ref('Boundary'),
          AssumeRolePolicyDocument: assumedBy('ec2.amazonaws.com'),
          Policies: [{ PolicyName: 'build', PolicyDocument: policyInTemplate(runner) }],
          Tags: tags,
        },
      },
      RunnerProfile: {
        Type: 'AWS::IAM::InstanceProfile',
        Properties: { InstanceProfileName: named('runner'), Path: '/slipway/', Roles: [ref('Runner')] },
      },
      ProductionStep: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: named('production'),
          Path: '/slipway/step/',
          Description: 'For build steps of the stage "production". Can do nothing until you give it rights.',
          PermissionsBoundary: ref('Boundary'),
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { AWS: arn('Runner') }, Action: 'sts:AssumeRole' }],
          },
          Tags: tags,
        },
      },
      // Last, so that what it announces is there. Kept on deletion: a deleted stack tells us nothing and so
      // cannot hang on us.
      Announcement: {
        Type: 'Custom::SlipwayConnection',
        Condition: 'Announce',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        DependsOn: ['Cfn', 'RunnerProfile', 'ProductionStep'],
        Properties: {
          ServiceToken: ref('AnnounceTopic'),
          ServiceTimeout: 120,
          ConnectionId: ref('ConnectionId'),
          AccountId: ref('AWS::AccountId'),
          RoleArn: arn('Control'),
          TemplateVersion: String(templateVersion),
        },
      },
    },
    Outputs: {
      AccountId: {
        Description: 'Type this into Slipway if its page does not turn green.',
        Value: ref('AWS::AccountId'),
      },
      ControlRoleArn: { Value: arn('Control') },
    },
  }
}
