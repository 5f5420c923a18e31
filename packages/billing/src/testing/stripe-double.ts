import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Stripe from 'stripe'
import { z } from 'zod'
import { makeStripe } from '../stripe/client.ts'

const program = new URL('../../../../apps/sandbox/src/stripe/serve.ts', import.meta.url)

export type Fault = {
  method: string
  /** A regular expression of the path. */
  path: string
  kind: 'error' | 'unreachable' | 'lost-answer'
  count: number
}

/** The sandbox's double of Stripe, as a process of its own, and the official client for it. */
export async function startStripeDouble(): Promise<{
  stripe: Stripe
  setClock(now: Date): Promise<void>
  ask(fault: Fault): Promise<void>
  calm(): Promise<void>
  stop(): Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-stripe-'))
  const child = fork(program, [folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { url } = z.object({ url: z.string() }).parse((await once(child, 'message'))[0])
  const { hostname, port } = new URL(url)
  return {
    stripe: makeStripe({ secretKey: 'sk_test_double', host: hostname, port: Number(port), protocol: 'http' }),
    setClock: (now) => tell(child, { now: now.toISOString() }),
    ask: (fault) => tell(child, fault),
    calm: () => tell(child, { calm: true }),
    async stop() {
      child.disconnect()
      await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

async function tell(child: ChildProcess, message: Record<string, unknown>): Promise<void> {
  const done = once(child, 'message')
  child.send(message)
  await done
}
