import {
  type CloudFormationClient,
  CloudFormationServiceException,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation'
import type { StackStatus } from '../decide/stack-way-out.ts'

export type SeenStack = { status: StackStatus | 'ABSENT'; stackId?: string; outputs: Record<string, string> }

/** The stack of that name as it is now; one that was never made, or is gone, is `ABSENT`. */
export async function readStack(client: CloudFormationClient, name: string): Promise<SeenStack> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }))
    const stack = Stacks?.[0]
    if (!stack?.StackStatus) return { status: 'ABSENT', outputs: {} }
    const outputs = (stack.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
      OutputKey && OutputValue !== undefined ? [[OutputKey, OutputValue] as const] : [],
    )
    return {
      status: stack.StackStatus,
      ...(stack.StackId && { stackId: stack.StackId }),
      outputs: Object.fromEntries(outputs),
    }
  } catch (error) {
    if (isAbsent(error)) return { status: 'ABSENT', outputs: {} }
    throw error
  }
}

/**
 * The stack's latest events, oldest first, at least back to the one with this id (500 at most). Those of the
 * operation in hand are always among them: our stacks have fewer than 100 events an operation.
 */
export async function readEvents(
  client: CloudFormationClient,
  stackId: string,
  backToEventId: string | null,
): Promise<StackEvent[]> {
  const events: StackEvent[] = []
  let token: string | undefined
  for (let page = 0; page < 5; page++) {
    const answer = await client.send(
      new DescribeStackEventsCommand({ StackName: stackId, ...(token && { NextToken: token }) }),
    )
    events.push(...(answer.StackEvents ?? []))
    token = answer.NextToken
    if (!token || events.some(({ EventId }) => EventId === backToEventId)) break
  }
  return events.reverse()
}

/** One event as a line for people: `Instance (AWS::EC2::Instance) CREATE_FAILED: no capacity`. */
export function eventLine(event: StackEvent): string {
  const reason = event.ResourceStatusReason ? `: ${event.ResourceStatusReason}` : ''
  return `${event.LogicalResourceId ?? '?'} (${event.ResourceType ?? '?'}) ${event.ResourceStatus ?? ''}${reason}`
}

/** CloudFormation has no error of its own for a stack that is not there. */
function isAbsent(error: unknown): boolean {
  return error instanceof CloudFormationServiceException && /does not exist/i.test(error.message)
}
