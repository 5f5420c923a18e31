import type { Answers } from '../api/trpc.ts'
import type { StateKind } from '../ui/State.tsx'

export type DeploymentListed = Answers['environments']['deployments'][number]

/** How a deployment ended, or what became of it later. */
export function deploymentLook({ status, isBad, isRollBack }: DeploymentListed): {
  kind: StateKind
  word: string
} {
  switch (status) {
    case 'running':
      return { kind: 'running', word: isRollBack ? 'Going back' : 'Deploying' }
    case 'failed':
      return { kind: 'bad', word: 'Failed, not live' }
    case 'cancelled':
      return { kind: 'none', word: 'Cancelled' }
    case 'healthy':
      if (isBad) return { kind: 'warning', word: 'Marked bad since' }
      return isRollBack ? { kind: 'going-back', word: 'Rolled back' } : { kind: 'good', word: 'Good' }
  }
}

/** When it began to matter to those who call: when it was live, or was given up. */
export const deployedAt = ({ endedAt, startedAt }: DeploymentListed): string => endedAt ?? startedAt
