import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const report = z.object({
  answered: z.number(),
  /** What went wrong, with how often: a status that is not 200, or an error's code. */
  failed: z.array(z.string()),
  longestMilliseconds: z.number(),
  /** How many different titles were seen: old and new words. */
  bodies: z.number(),
})
export type LoadReport = z.infer<typeof report>

/** Sends requests to an app's address at a steady rate, from a process of its own, until `stop`. */
export function loadOf(address: string, perSecond: number): { stop(atLeast?: number): Promise<LoadReport> } {
  const child = fork(fileURLToPath(new URL('./send-load.ts', import.meta.url)), [address, String(perSecond)])
  const reported = new Promise<LoadReport>((resolve, reject) => {
    child.once('message', (message) => resolve(report.parse(message)))
    child.once('exit', (code) => reject(new Error(`the load ended with ${code} without a report`)))
  })
  return {
    /** Ends once at least so many requests were answered, and all that were sent have ended. */
    stop(atLeast = 0) {
      child.send({ stop: atLeast })
      return reported
    },
  }
}
