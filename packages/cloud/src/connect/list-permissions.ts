import { cfn, cfnNever } from '../permissions/cfn.ts'
import { control, controlNever, purposes } from '../permissions/control.ts'
import type { Grant } from '../permissions/grant.ts'
import { boundaryGrants, runner } from '../permissions/machines.ts'
import { templateVersion } from './template.ts'

/** One sentence's end and the actions behind it. */
export type PermissionLine = { words: string; actions: readonly string[] }

export type PermissionGroup = {
  /** Of the role in the account: `control`, `cfn`, `runner`, `boundary`. */
  role: string
  /** Who uses it and when, as a sentence. */
  about: string
  can: PermissionLine[]
  /** What an explicit denial forbids whatever else is allowed. */
  never: PermissionLine[]
}

/** All that Slipway can and cannot do in a connected account, from the table that its roles are made of. */
export function listPermissions(): { templateVersion: number; groups: PermissionGroup[]; cannot: string[] } {
  return {
    templateVersion,
    groups: [
      {
        role: 'control',
        about: 'Slipway itself acts as this role, for at most 15 minutes at a time and one purpose each.',
        can: distinct(purposes.flatMap((purpose) => control[purpose])).map(line),
        never: controlNever.map(line),
      },
      {
        role: 'cfn',
        about: 'CloudFormation acts as this role when it makes a stack of Slipway.',
        can: Object.values(cfn).flat().map(line),
        never: cfnNever.map(line),
      },
      {
        role: 'runner',
        about: 'The instance that builds your releases has this role.',
        can: runner.map(line),
        never: [],
      },
      {
        role: 'boundary',
        about:
          'The most that any role of an app, the runner or a build step can do, whatever is attached to it.',
        can: boundaryGrants.map(line),
        never: [],
      },
    ],
    cannot,
  }
}

/** What people ask about first, in the plainest words; each follows from the table. */
const cannot = [
  'read your data: no secrets, no tables, no objects but its own agent, releases and what steps keep',
  'touch an instance, volume, network or stack that it did not make',
  'make users, access keys or roles without the boundary',
  'give anybody else access to your account',
  'do anything once you delete its stack or its role',
]

function line({ words, actions }: Grant): PermissionLine {
  return { words, actions }
}

function distinct(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [grant.words, grant])).values()]
}
