import { z } from 'zod'
import { minuteOfCanary } from './canary-minute.ts'
import { hostCommand } from './commands.ts'
import { idOf } from './ids.ts'
import { latencyBoundsMilliseconds } from './latency-bounds.ts'
import { logLine, logStream } from './log-lines.ts'
import { runReport } from './run-spec.ts'
import { userErrorFields } from './user-error-fields.ts'

/** Frames above this are refused by both sides, before they are parsed. */
export const frameBytesMax = 1_048_576

const boot = z.uuid()
const count = z.int().nonnegative()

/** Fields of a GetCallerIdentity request that the instance signed over our nonce and its key; we rebuild the rest. */
export const identityProof = z.object({
  accessKeyId: z.string().regex(/^ASIA[A-Z0-9]{12,28}$/),
  date: z.string().regex(/^\d{8}T\d{6}Z$/),
  token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  signature: z.string().regex(/^[0-9a-f]{64}$/),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
  /** SHA-256 of the agent's public key (SPKI, DER), hex. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
})
export type IdentityProof = z.infer<typeof identityProof>

const serviceHealth = z.object({
  serviceId: idOf('service'),
  name: z.string().max(60),
  state: z.enum(['starting', 'healthy', 'unhealthy', 'crashed', 'stopped']),
  /** Host's clock. */
  since: z.iso.datetime(),
  restarts: count,
  /** Why it is not healthy, in words. */
  reason: z.string().max(1000).optional(),
  releaseId: idOf('release'),
  deploymentId: idOf('deployment'),
})
export type ServiceHealth = z.infer<typeof serviceHealth>

const minuteOfService = z.object({
  serviceId: idOf('service'),
  requests: count,
  /** Answers of 500 and above, and requests that got none. */
  errors: count,
  /** One more than the bounds. */
  latency: z.array(count).length(latencyBoundsMilliseconds.length + 1),
  cpuMilliseconds: count,
  memoryBytes: count,
})
const minuteOfHost = z.object({
  /** Start of the minute, host's clock. */
  minute: z.iso.datetime(),
  cpuPercent: z.number().min(0).max(100),
  memoryBytes: count,
  memoryTotalBytes: count,
  diskBytes: count,
  diskTotalBytes: count,
  services: z.array(minuteOfService).max(50),
})
export type MinuteOfHost = z.infer<typeof minuteOfHost>
export type MinuteOfService = z.infer<typeof minuteOfService>

/**
 * What an agent says. None but `hello` names the host: everything after it belongs to whoever the channel was
 * opened for.
 */
export const agentMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.int().positive(),
    /** Version of the agent, for people. */
    agent: z.string().max(60),
    kind: z.enum(['host', 'runner']),
    hostId: idOf('host'),
    boot,
    /** Ed25519, SPKI, DER, base64. */
    publicKey: z.string().regex(/^[A-Za-z0-9+/]{58,60}={0,2}$/),
    architecture: z.enum(['x64', 'arm64']),
  }),
  z.object({
    type: z.literal('proof'),
    /** Of `proofText(hostId, nonce)`, base64. */
    signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
    /** When the challenge asked for it: the key is not known yet. */
    identity: identityProof.optional(),
  }),
  z.object({ type: z.literal('accepted'), id: idOf('hostCommand') }),
  z.object({
    type: z.literal('progress'),
    id: idOf('hostCommand'),
    phase: z.string().regex(/^[a-z][a-z-]{1,40}$/),
    detail: z.string().max(500).optional(),
    /** What went wrong, where that is being undone: the result follows once it is. */
    error: userErrorFields.optional(),
  }),
  z.object({
    type: z.literal('result'),
    id: idOf('hostCommand'),
    outcome: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), output: z.record(z.string(), z.json()) }),
      z.object({ ok: z.literal(false), error: userErrorFields }),
    ]),
  }),
  z.object({
    type: z.literal('logs'),
    stream: logStream,
    /** Who counts: a new one for every start of the agent. With `sequence` it makes a chunk once. */
    source: z.uuid(),
    sequence: count,
    lines: z.array(logLine).min(1).max(1000),
  }),
  /**
   * These services ran for that long until now, without a gap, by the host's monotonic clock. Said until it is
   * acknowledged, each time with a higher sequence and all of the time that was not acknowledged.
   */
  z.object({
    type: z.literal('alive'),
    boot,
    sequence: count,
    services: z.array(z.object({ serviceId: idOf('service'), seconds: z.int().min(0).max(900) })).max(50),
  }),
  z.object({ type: z.literal('health'), services: z.array(serviceHealth).max(50) }),
  z.object({ type: z.literal('metrics'), minute: minuteOfHost }),
  /** `sequence` is of this start of the agent; what is said later of the same minute takes the place of it. */
  z.object({ type: z.literal('canary'), sequence: count, minute: minuteOfCanary }),
  /** The same of `sequence`. */
  z.object({ type: z.literal('run'), sequence: count, run: runReport }),
])
export type AgentMessage = z.infer<typeof agentMessage>
export type CommandOutcome = Extract<AgentMessage, { type: 'result' }>['outcome']

/** What the api says. Each `…-stored` comes after the commit: until then the agent keeps what it said. */
export const apiMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('challenge'),
    nonce: z.string().regex(/^[0-9a-f]{64}$/),
    identity: z.boolean(),
  }),
  /** The proof is being checked; keep the channel open. */
  z.object({ type: z.literal('checking') }),
  z.object({ type: z.literal('welcome'), protocol: z.int().positive() }),
  /** The channel is closed after it; the agent tries again, slower. */
  z.object({ type: z.literal('refused'), error: userErrorFields }),
  z.object({
    type: z.literal('command'),
    id: idOf('hostCommand'),
    fence: count,
    /** Seconds left from now, so that a wrong clock on the host changes nothing. */
    deadlineSeconds: z.int().positive(),
    command: hostCommand,
  }),
  z.object({ type: z.literal('result-stored'), id: idOf('hostCommand') }),
  z.object({ type: z.literal('logs-stored'), stream: logStream, source: z.uuid(), sequence: count }),
  z.object({ type: z.literal('alive-stored'), boot, sequence: count }),
  z.object({ type: z.literal('metrics-stored'), minute: z.iso.datetime() }),
  z.object({ type: z.literal('canary-stored'), sequence: count }),
  z.object({ type: z.literal('run-stored'), sequence: count }),
])
export type ApiMessage = z.infer<typeof apiMessage>

/** What the agent's key signs: bound to this purpose, this host and this connection's nonce. */
export const proofText = (hostId: string, nonce: string) => `slipway agent channel 1\n${hostId}\n${nonce}`
