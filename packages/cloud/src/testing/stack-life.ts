import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { z } from 'zod'

const templateShape = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) })
export type Template = z.infer<typeof templateShape>

/**
 * For tests: a stack as it is made at first, and as it may be asked for later. Templates are JSON, in which
 * `placeholder` stands in every name that must not be there twice.
 */
export type StackLife = { kind: string; first: string; later: string }
export const placeholder = 'zzzzzzzzzzzzz'

export function readTemplate(text: string): Template {
  return templateShape.parse(JSON.parse(text))
}

/**
 * Creates, updates and deletes a stack with this service role, and creates it once more with something in it that
 * fails after all the rest, so that all is taken back. Answers the first action that was refused, or nothing when
 * none was; what fails otherwise is thrown.
 */
export async function liveAs(
  client: CloudFormationClient,
  RoleARN: string,
  life: StackLife,
  random: () => string,
): Promise<string | undefined> {
  const one = random()
  const StackName = `slipway-${life.kind}-${one}`
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const]
  const make = (StackName: string, TemplateBody: string) =>
    client.send(new CreateStackCommand({ RoleARN, StackName, Capabilities, TemplateBody }))
  const first = life.first.replaceAll(placeholder, one)
  await make(StackName, first)
  const unmade = await refusalIn(client, StackName, 'CREATE_COMPLETE')
  if (unmade) return unmade

  const TemplateBody = life.later.replaceAll(placeholder, one)
  await client.send(new UpdateStackCommand({ RoleARN, StackName, Capabilities, TemplateBody }))
  const unchanged = await refusalIn(client, StackName, 'UPDATE_COMPLETE')
  if (unchanged) return unchanged

  await client.send(new DeleteStackCommand({ RoleARN, StackName }))
  const left = await refusalIn(client, StackName, 'gone')
  if (left) return left

  const other = random()
  const again = `slipway-${life.kind}-${other}`
  await make(again, failing(life.first.replaceAll(placeholder, other)))
  return refusalIn(client, again, 'ROLLBACK_COMPLETE')
}

/** Waits for the end of what was asked. Throws when it is another than wanted for another reason than a refusal. */
async function refusalIn(
  client: CloudFormationClient,
  StackName: string,
  wanted: string,
): Promise<string | undefined> {
  const end = await endOf(client, StackName)
  if (end === 'gone') return undefined
  const failures = await failuresOf(client, StackName)
  const [refused] = failures.flatMap((reason) => /not authorized to perform: (\S+)/.exec(reason)?.[1] ?? [])
  if (!refused && end !== wanted) throw new Error(`${StackName} ended as ${end}: ${failures.join('; ')}`)
  return refused
}

/** With one more thing, made after all others, that cannot be made. */
function failing(text: string): string {
  const template = readTemplate(text)
  const DependsOn = Object.keys(template.Resources)
  const Properties = { VpcId: 'vpc-00000000000000000', CidrBlock: '10.0.0.0/24' }
  const Fails = { Type: 'AWS::EC2::Subnet', DependsOn, Properties }
  return JSON.stringify({ ...template, Resources: { ...template.Resources, Fails } })
}

async function endOf(client: CloudFormationClient, StackName: string): Promise<string> {
  for (;;) {
    const status = await client.send(new DescribeStacksCommand({ StackName })).then(
      ({ Stacks }) => Stacks?.[0]?.StackStatus ?? 'gone',
      () => 'gone',
    )
    if (!status.endsWith('_IN_PROGRESS')) return status
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function failuresOf(client: CloudFormationClient, StackName: string): Promise<string[]> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }))
  return (StackEvents ?? []).flatMap(({ ResourceStatus, ResourceStatusReason }) =>
    ResourceStatus?.endsWith('FAILED') && ResourceStatusReason ? [ResourceStatusReason] : [],
  )
}
