import type { UserErrorFields } from '@slipway/core'

/** What a service answered over some seconds. `latency` counts requests by the protocol's bounds of milliseconds. */
export type Traffic = {
  seconds: number
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  faults: number
  latency: readonly number[]
  /** Requests came in every quarter of a minute of it, for two minutes at least. */
  isSteady: boolean
}

export type ServiceFacts = {
  name: string
  /** Of the release before, in the minutes before the switch; nothing where it was not counted. */
  before: Traffic | undefined
  now: Traffic
  /** As many as a minute brought at last, before the switch or since. */
  requestsPerMinute: number
}

export type DiskFacts = {
  path: string
  totalBytes: number
  usedBytes: number
  /** When the deployment began. */
  usedBytesBefore: number
}

export type Facts = {
  /** A new process is slow for its first seconds; from now on it is as fast as it will be, and so are these figures. */
  isWarm: boolean
  /** Which look at the same release this is, from 1: each look is one more chance to be wrong. */
  look: number
  services: readonly ServiceFacts[]
  disks: readonly DiskFacts[]
}

/**
 * What a monitor says of one thing. `inconclusive` is not "fine": too little was seen, and `wantsMore` says whether
 * waiting promises more. `words` is a sentence for the log of the deployment.
 */
export type Judgement =
  | { is: 'fine'; words: string }
  | { is: 'inconclusive'; words: string; wantsMore: boolean }
  | { is: 'red'; words: string; error: UserErrorFields }

/** A kind of monitor: looks at a release that just began to serve, beside the one before. Pure. */
export type Monitor = { name: string; judge(facts: Facts): Judgement[] }
