import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { asRoot } from '../aws/accounts.ts'
import { projectFolder } from '../config.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { installPythonTools } from './python-tools.ts'
import { freePort } from './ready.ts'

const account = '222222222222'
const state = mkdtempSync(join(tmpdir(), 'slipway-scaling-test-'))
let emulator: Emulator
let groupArn = ''
let name = ''

beforeAll(async () => {
  const tools = await installPythonTools(join(projectFolder, '.local'))
  emulator = await startEmulator({ state, port: await freePort(), tools })
  emulator.events?.resume()
  const { Subnets = [] } = await ec2().send(new DescribeSubnetsCommand({}))
  const subnets = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []).slice(0, 2)
  const tag = { Key: 'slipway:managed', Value: 'true', PropagateAtLaunch: true }
  const data = { ImageId: 'ami-0', InstanceType: 't3.small', UserData: 'IyEvYmluL3NoCg==' }
  const template = {
    Resources: {
      Template: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: data } },
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: subnets } },
      Targets: {
        Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        Properties: { Port: 20001, Protocol: 'HTTP', HealthCheckPath: '/ready' },
      },
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'Balancer' },
          Port: 80,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
        },
      },
      Group: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        Properties: {
          MinSize: '2',
          MaxSize: '3',
          VPCZoneIdentifier: subnets,
          LaunchTemplate: {
            LaunchTemplateId: { Ref: 'Template' },
            Version: { 'Fn::GetAtt': ['Template', 'LatestVersionNumber'] },
          },
          TargetGroupARNs: [{ Ref: 'Targets' }],
          HealthCheckType: 'ELB',
          HealthCheckGracePeriod: 0,
          Tags: [tag],
        },
      },
    },
    Outputs: { Group: { Value: { Ref: 'Group' } }, Targets: { Value: { Ref: 'Targets' } } },
  }
  await cloudFormation().send(
    new CreateStackCommand({ StackName: 'slipway-web', TemplateBody: JSON.stringify(template) }),
  )
  const outputs = await vi.waitFor(async () => {
    const { Stacks } = await cloudFormation().send(new DescribeStacksCommand({ StackName: 'slipway-web' }))
    expect(Stacks?.[0]).toMatchObject({ StackStatus: 'CREATE_COMPLETE' })
    return new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue ?? '']))
  }, 20_000)
  groupArn = outputs.get('Targets') ?? ''
  name = outputs.get('Group') ?? ''
}, 120_000)
afterAll(async () => {
  await emulator.stop()
  rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

const ec2 = () => new EC2Client(asRoot(emulator.url, account))
const cloudFormation = () => new CloudFormationClient(asRoot(emulator.url, account))
const scaling = () => new AutoScalingClient(asRoot(emulator.url, account))
const balancing = () => new ElasticLoadBalancingV2Client(asRoot(emulator.url, account))
async function members(): Promise<string[]> {
  const { AutoScalingGroups } = await scaling().send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  )
  return (AutoScalingGroups?.[0]?.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? [])
}
async function health(...ids: string[]): Promise<(string | undefined)[]> {
  const { TargetHealthDescriptions } = await balancing().send(
    new DescribeTargetHealthCommand({ TargetGroupArn: groupArn, Targets: ids.map((Id) => ({ Id })) }),
  )
  return (TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State)
}
const tell = (id: string, said: string) =>
  fetch(`${emulator.url}/_ext/target-health`, {
    method: 'POST',
    body: JSON.stringify([{ group: groupArn, id, state: said }]),
  })

test('a group starts instances of its template, which carry its tags and are targets that are not healthy yet', async () => {
  const ids = await members()
  expect(ids).toHaveLength(2)
  const { Reservations } = await ec2().send(new DescribeInstancesCommand({ InstanceIds: ids }))
  for (const instance of (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])) {
    const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
    expect(tags).toMatchObject({
      'slipway:managed': 'true',
      'aws:cloudformation:stack-name': 'slipway-web',
      'aws:autoscaling:groupName': name,
    })
  }
  expect(await health(...ids)).toEqual(['initial', 'initial'])
})

test('a target is as the checks found it, drains when it is taken out, and begins anew when it is put back', async () => {
  const [id = ''] = await members()
  await tell(id, 'healthy')
  expect(await health(id)).toEqual(['healthy'])
  const target = { TargetGroupArn: groupArn, Targets: [{ Id: id }] }
  await balancing().send(new DeregisterTargetsCommand(target))
  expect(await health(id)).toEqual(['draining'])
  await vi.waitFor(async () => expect(await health(id)).toEqual(['unused']), 5000)
  await balancing().send(new RegisterTargetsCommand(target))
  expect(await health(id)).toEqual(['initial'])
})

test('an instance that ended, or that its load balancer finds unhealthy, is replaced, unless that is suspended', async () => {
  const [first = '', second = ''] = await members()
  await ec2().send(new TerminateInstancesCommand({ InstanceIds: [first] }))
  const after = await vi.waitFor(async () => {
    const now = await members()
    expect(now).toHaveLength(2)
    expect(now).not.toContain(first)
    return now
  }, 5000)
  expect(after).toContain(second)
  const which = { AutoScalingGroupName: name, ScalingProcesses: ['ReplaceUnhealthy'] }
  await scaling().send(new SuspendProcessesCommand(which))
  await tell(second, 'unhealthy')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect(await members()).toContain(second)
  await scaling().send(new ResumeProcessesCommand(which))
  await vi.waitFor(async () => expect(await members()).not.toContain(second), 5000)
})

test('with its stack a group ends its instances', async () => {
  const ids = await members()
  await cloudFormation().send(new DeleteStackCommand({ StackName: 'slipway-web' }))
  await vi.waitFor(async () => {
    const { Reservations } = await ec2().send(new DescribeInstancesCommand({ InstanceIds: ids }))
    const states = (Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .map(({ State }) => State?.Name)
    expect(states).toEqual(['terminated', 'terminated'])
  }, 10_000)
})
