import type { Conditions, Grant } from './permissions/grant.ts'

/** An IAM policy document, as much of it as we write. */
export type Policy = { Version: '2012-10-17'; Statement: Statement[] }
type Statement = {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Resource: unknown
  Condition?: unknown
}

export type Names = { account: string; connection: string; region: string }

/** Fills the names into every resource and condition: a policy for one account, connection and region. */
export function policyFor(names: Names, allow: readonly Grant[], never: readonly Grant[] = []): Policy {
  const fill = (text: string) =>
    text
      .replaceAll('<account>', names.account)
      .replaceAll('<connection>', names.connection)
      .replaceAll('<region>', names.region)
  return policy(fill, allow, never)
}

/**
 * The same for a template, where account and connection are known only when it is launched. Roles are global,
 * so the region is any.
 */
export function policyInTemplate(allow: readonly Grant[], never: readonly Grant[] = []): Policy {
  return policy(inTemplate, allow, never)
}

export function inTemplate(text: string): string | { 'Fn::Sub': string } {
  const filled = text
    .replaceAll('<account>', `\${AWS::AccountId}`)
    .replaceAll('<connection>', `\${ConnectionId}`)
    .replaceAll('<region>', '*')
  return filled.includes(`\${`) ? { 'Fn::Sub': filled } : filled
}

function policy(fill: (text: string) => unknown, allow: readonly Grant[], never: readonly Grant[]): Policy {
  return {
    Version: '2012-10-17',
    Statement: [
      ...allow.map((grant) => statement('Allow', grant, fill)),
      ...never.map((grant) => statement('Deny', grant, fill)),
    ],
  }
}

function statement(Effect: 'Allow' | 'Deny', grant: Grant, fill: (text: string) => unknown): Statement {
  return {
    Effect,
    Action: one(grant.actions),
    Resource: one(grant.resources.map(fill)),
    ...(grant.conditions && { Condition: conditions(grant.conditions, fill) }),
  }
}

function conditions(given: Conditions, fill: (text: string) => unknown): unknown {
  return Object.fromEntries(
    Object.entries(given).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys).map(([key, value]) => [
          key,
          typeof value === 'string' ? fill(value) : value.map(fill),
        ]),
      ),
    ]),
  )
}

/** A list of one is written without the list: a session's policy has 2,048 characters. */
function one<T>(list: readonly T[]): T | T[] {
  const [first] = list
  return list.length === 1 && first !== undefined ? first : [...list]
}
