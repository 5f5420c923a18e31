/** From least to most; each may do all that the one before it may. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const

export type Role = (typeof roles)[number]

/**
 * The least role for each action. The api refuses by this table and the dashboard disables by it, so that a
 * button and its refusal never disagree. What spends money, opens a customer's account or passes a gate over is for
 * admins; what ends or pays for the organisation is for owners; shipping code is everyone's work but a viewer's.
 */
const leastRoles = {
  'organisation.read': 'viewer',
  'members.read': 'viewer',
  'members.invite': 'admin',
  'members.change': 'admin',
  'tokens.read': 'member',
  'tokens.create': 'member',
  'tokens.revoke': 'member',
  'tokens.manage-others': 'admin',
  'audit.read': 'admin',
  'cloud-accounts.read': 'viewer',
  'cloud-accounts.connect': 'admin',
  'cloud-accounts.disconnect': 'admin',
  'apps.read': 'viewer',
  'apps.create': 'member',
  'apps.change-settings': 'member',
  'apps.delete': 'admin',
  'git.read': 'viewer',
  'git.push': 'member',
  'executions.read': 'viewer',
  'executions.deploy': 'member',
  'executions.cancel': 'member',
  'executions.approve': 'member',
  'executions.override': 'admin',
  'pipeline.hold': 'member',
  'commits.lift-bad': 'member',
  'hook-keys.show': 'member',
  'hook-keys.replace': 'admin',
  'environments.read': 'viewer',
  'environments.roll-back': 'member',
  'disks.read': 'viewer',
  'disks.take-snapshot': 'member',
  'disks.delete-snapshot': 'admin',
  'disks.restore': 'admin',
  'runs.read': 'viewer',
  'runs.start': 'member',
  'runs.cancel': 'member',
  'variables.read': 'member',
  'variables.change': 'member',
  'logs.read': 'viewer',
  'bill.read': 'viewer',
  'bill.switch-plan': 'owner',
} as const satisfies Record<string, Role>

export type Action = keyof typeof leastRoles

/** What a token's `api` scope never allows, whoever made it: a leaked token must not make more keys or open more doors. */
const personsOnly: ReadonlySet<Action> = new Set([
  'tokens.create',
  'tokens.manage-others',
  'members.invite',
  'members.change',
  'cloud-accounts.connect',
  'cloud-accounts.disconnect',
  'apps.delete',
  'executions.override',
  'commits.lift-bad',
  'hook-keys.show',
  'hook-keys.replace',
  'bill.switch-plan',
])

const gitScope: ReadonlySet<Action> = new Set(['git.read', 'git.push'])

/** `git` may read and push code; `api` may do what its maker may, but for what is kept for people. */
export const tokenScopes = ['git', 'api'] as const

export type TokenScope = (typeof tokenScopes)[number]

const actions = new Map<Action, Role>(actionEntries())

function* actionEntries(): Generator<[Action, Role]> {
  for (const action in leastRoles) if (isAction(action)) yield [action, leastRoles[action]]
}

function isAction(value: string): value is Action {
  return Object.hasOwn(leastRoles, value)
}

/** Whether a member of this role may do it. Somebody who is no member has no role and never comes here. */
export function may(role: Role, action: Action): boolean {
  return roles.indexOf(role) >= roles.indexOf(leastRoles[action])
}

/** Whether a token of this scope may do it at all; its maker's role is asked besides. */
export function scopeAllows(scope: TokenScope, action: Action): boolean {
  return scope === 'git' ? gitScope.has(action) : !gitScope.has(action) && !personsOnly.has(action)
}

/** The weakest role that may do it, for the sentence that says why not. */
export function leastRole(action: Action): Role {
  return leastRoles[action]
}

/** All that the role may do, for a client that shows what is possible. */
export function actionsOf(role: Role): Action[] {
  return [...actions.keys()].filter((action) => may(role, action))
}
