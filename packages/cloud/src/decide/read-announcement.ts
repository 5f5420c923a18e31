import { asId, type CloudAccountId } from '@slipway/core'
import { z } from 'zod'
import { controlRoleArn } from '../names.ts'

/** What CloudFormation publishes for a custom resource, in the envelope that SNS puts around it. */
const envelope = z.object({ Message: z.string() })
const request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  RequestId: z.string().min(1).max(200),
  StackId: z.string().max(500),
  ResponseURL: z.url().max(10_000),
  LogicalResourceId: z.string().max(300),
  PhysicalResourceId: z.string().max(1100).optional(),
  ResourceProperties: z.object({
    ConnectionId: z.string().regex(/^con_[0-9a-z]{4,40}$/),
    AccountId: z.string().regex(/^\d{12}$/),
    RoleArn: z.string().max(300),
    TemplateVersion: z.coerce.number().int().min(1).max(100_000),
  }),
})

export type Announcement = {
  type: 'Create' | 'Update' | 'Delete'
  connectionId: CloudAccountId
  /** Twelve digits, from the stack's ARN. */
  account: string
  templateVersion: number
  answer: { url: string; body: string }
  /** Why what it says does not hold together; then nothing of it is believed. */
  contradiction: string | undefined
}

/**
 * Reads a message of the announcement queue, or returns undefined for one that is no announcement at all.
 * Anyone can publish there, so it is hearsay: the account that it comes from and the one it speaks of must be
 * the same, and the role must be the one that our template makes in that account. The rest is proven.
 */
export function readAnnouncement(body: string): Announcement | undefined {
  const outer = envelope.safeParse(parse(body))
  const inner = request.safeParse(outer.success ? parse(outer.data.Message) : undefined)
  if (!inner.success) return undefined
  const { ResourceProperties: says, ...event } = inner.data
  const stack = /^arn:(aws[a-z-]*):cloudformation:[a-z0-9-]+:(\d{12}):stack\//.exec(event.StackId)
  const connectionId = asId('cloudAccount', says.ConnectionId)
  return {
    type: event.RequestType,
    connectionId,
    account: stack?.[2] ?? '',
    templateVersion: says.TemplateVersion,
    answer: {
      url: event.ResponseURL,
      body: JSON.stringify({
        Status: 'SUCCESS',
        PhysicalResourceId: event.PhysicalResourceId ?? connectionId,
        StackId: event.StackId,
        RequestId: event.RequestId,
        LogicalResourceId: event.LogicalResourceId,
      }),
    },
    contradiction: contradiction(stack, says.AccountId, says.RoleArn, connectionId),
  }
}

function contradiction(
  stack: RegExpExecArray | null,
  account: string,
  role: string,
  connection: CloudAccountId,
): string | undefined {
  if (!stack) return 'its stack has no ARN'
  if (stack[1] !== 'aws') return `it comes from the partition ${stack[1]}`
  if (stack[2] !== account) return `its stack is in ${stack[2]}, but it speaks of ${account}`
  if (role !== controlRoleArn(account, connection)) return `its role is ${role}`
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whether an answer may be sent there: the address was given by whoever announced. `allowed` are origins, in
 * which a `*` stands for one run of letters, digits and hyphens.
 */
export function mayAnswer(url: string, allowed: readonly string[]): boolean {
  const { origin } = new URL(url)
  return allowed.some((pattern) => {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[a-z0-9-]+')
    return new RegExp(`^${escaped}$`).test(origin)
  })
}
