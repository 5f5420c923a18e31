import type { UserErrorFields } from '@slipway/core'

/** Why a command ended without an answer: never sent, or sent and not heard of since. */
export function hostDidNotAnswer(of: {
  kind: string
  sentAt: Date | null
  host: { kind: string; instanceId: string | null; state: string }
}): UserErrorFields {
  const name = of.host.instanceId ? `The ${of.host.kind} ${of.host.instanceId}` : `The ${of.host.kind}`
  return {
    code: 'host-did-not-answer',
    kind: 'failed',
    what: `${name} did not answer in time.`,
    why: of.sentAt
      ? 'It got the command and did not say how it ended.'
      : 'It had no connection to Slipway since the command was given.',
    todo: 'Look in the AWS console whether the instance runs and reaches the internet, then deploy again.',
  }
}

/** A command that came with a later protocol than the agent's; it has not been sent. */
export function commandUnknown(kind: string, host: string): UserErrorFields {
  return {
    code: 'command-unknown',
    kind: 'conflict',
    what: `The agent of this ${host} is of an earlier version, which does not know the command “${kind}”.`,
    why: 'An agent is renewed when its instance starts.',
    todo: `Push again in a quarter of an hour: a runner is stopped when it has had nothing to do for so long, and starts with the present agent. A host is renewed when you reboot it.`,
  }
}

export const channelErrors = {
  unknownHost(): UserErrorFields {
    return {
      code: 'host-unknown',
      kind: 'not-found',
      what: 'Slipway does not know this host.',
      todo: 'A host that was removed may be terminated.',
    }
  },
  otherProtocol(protocol: number): UserErrorFields {
    return {
      code: 'agent-protocol',
      kind: 'conflict',
      what: `This agent speaks protocol ${protocol}, which Slipway does not.`,
      todo: 'Reboot the instance: it takes the present agent from its bucket.',
    }
  },
  badProof(): UserErrorFields {
    return { code: 'agent-not-proven', kind: 'unauthenticated', what: 'The agent did not prove who it is.' }
  },
  notJudged(): UserErrorFields {
    return {
      code: 'agent-not-judged',
      kind: 'failed',
      what: 'The proof of identity could not be checked in time.',
      todo: 'The agent tries again by itself.',
    }
  },
}
