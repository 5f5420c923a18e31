import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateSummaryCommand,
  ListStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import { z } from 'zod'
import { asRoot } from './accounts.ts'

export type StackAsked = {
  account: string
  region: string
  name: string
  templateUrl: string
  parameters: Record<string, string>
  /** The tick at the foot of the page: that the stack makes roles with names of their own. */
  acknowledged: boolean
}

export type TemplateShown = {
  text: string
  description: string
  parameters: { key: string; given: string; description: string }[]
  resources: { logicalId: string; type: string; trusts: string }[]
}

export type StackShown = {
  id: string
  status: string
  reason: string
  outputs: { key: string; value: string; description: string }[]
  events: { at: string; logicalId: string; type: string; status: string; reason: string }[]
}

/** Fetches a template as CloudFormation would, without any credential. Throws where it is not to be had. */
async function fetchTemplate(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.text()
}

/** What the quick-create page shows of a template before anything is made. */
export async function readTemplate(
  emulatorUrl: string,
  account: string,
  url: string,
  given: Record<string, string>,
): Promise<TemplateShown> {
  const text = await fetchTemplate(url)
  const client = new CloudFormationClient(asRoot(emulatorUrl, account))
  const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody: text }))
  return {
    text,
    description: summary.Description ?? '',
    parameters: (summary.Parameters ?? []).map(({ ParameterKey: key = '', DefaultValue, Description }) => ({
      key,
      given: given[key] ?? DefaultValue ?? '',
      description: Description ?? '',
    })),
    resources: resourcesIn(text, summary.ResourceTypes ?? []),
  }
}

const jsonTemplate = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.looseObject({ AssumeRolePolicyDocument: z.looseObject({}).optional() }).optional(),
    }),
  ),
})

/** By name, and for a role whom it trusts; of a template in YAML only the types are known. */
function resourcesIn(text: string, types: string[]): TemplateShown['resources'] {
  const template = jsonTemplate.safeParse(parseJson(text))
  if (!template.success) return types.map((type) => ({ logicalId: '', type, trusts: '' }))
  return Object.entries(template.data.Resources).map(([logicalId, { Type: type, Properties }]) => ({
    logicalId,
    type,
    trusts: JSON.stringify(Properties?.AssumeRolePolicyDocument ?? '').replace(/^""$/, ''),
  }))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Creates the stack as the account's administrator, or updates it where it is there. */
export async function launchStack(emulatorUrl: string, asked: StackAsked): Promise<void> {
  const client = new CloudFormationClient(asRoot(emulatorUrl, asked.account, asked.region))
  const input = {
    StackName: asked.name,
    TemplateBody: await fetchTemplate(asked.templateUrl),
    Parameters: Object.entries(asked.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Capabilities: asked.acknowledged ? (['CAPABILITY_NAMED_IAM'] satisfies ['CAPABILITY_NAMED_IAM']) : [],
  }
  const known = await describeStack(emulatorUrl, asked)
  await client.send(known ? new UpdateStackCommand(input) : new CreateStackCommand(input))
}

export async function deleteStack(
  emulatorUrl: string,
  stack: { account: string; region: string; name: string },
): Promise<void> {
  const client = new CloudFormationClient(asRoot(emulatorUrl, stack.account, stack.region))
  await client.send(new DeleteStackCommand({ StackName: stack.name }))
}

/** Undefined where there is no such stack. */
export async function describeStack(
  emulatorUrl: string,
  stack: { account: string; region: string; name: string },
): Promise<StackShown | undefined> {
  const client = new CloudFormationClient(asRoot(emulatorUrl, stack.account, stack.region))
  const described = await client
    .send(new DescribeStacksCommand({ StackName: stack.name }))
    .catch((problem: unknown) => {
      if (problem instanceof Error && /does not exist/.test(problem.message)) return undefined
      throw problem
    })
  const found = described?.Stacks?.[0]
  if (!found) return undefined
  const { StackEvents: events } = await client.send(new DescribeStackEventsCommand({ StackName: stack.name }))
  return {
    id: found.StackId ?? '',
    status: found.StackStatus ?? '',
    reason: found.StackStatusReason ?? '',
    outputs: (found.Outputs ?? []).map((output) => ({
      key: output.OutputKey ?? '',
      value: output.OutputValue ?? '',
      description: output.Description ?? '',
    })),
    events: (events ?? []).map((event) => ({
      at: event.Timestamp?.toISOString() ?? '',
      logicalId: event.LogicalResourceId ?? '',
      type: event.ResourceType ?? '',
      status: event.ResourceStatus ?? '',
      reason: event.ResourceStatusReason ?? '',
    })),
  }
}

export async function listStacks(
  emulatorUrl: string,
  account: string,
  region: string,
): Promise<{ name: string; status: string }[]> {
  const client = new CloudFormationClient(asRoot(emulatorUrl, account, region))
  const { StackSummaries: stacks } = await client.send(new ListStacksCommand({}))
  return (stacks ?? [])
    .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
    .map(({ StackName, StackStatus }) => ({ name: StackName ?? '', status: StackStatus ?? '' }))
}
