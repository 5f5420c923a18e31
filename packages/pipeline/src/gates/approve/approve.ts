import { z } from 'zod'
import { defineGate } from '../gate.ts'
import { approversInWords } from './decide/why-not-approve.ts'

/** What lies in the row of an approval; also read by those who give it. */
export const approveAsk = z.object({
  by: z.array(z.string()),
  notAuthors: z.boolean(),
  expiresSeconds: z.int().positive(),
})

/** A person's word, which comes as an event (act-on-check.ts); nothing here passes it. */
export const approve = defineGate({
  kind: 'approve',
  ask: approveAsk,
  plan: ({ by, notAuthors, expiresSeconds }) => {
    const who = approversInWords(by)
    const others = notAuthors ? ', but nobody who wrote or pushed what is carried along' : ''
    return [
      {
        words: `Approval by ${who}`,
        mayAct: `${who.charAt(0).toUpperCase()}${who.slice(1)}${others}`,
        isStep: false,
        limitSeconds: expiresSeconds,
        ask: { by, notAuthors, expiresSeconds },
      },
    ]
  },
  // A person who is at work.
  passesAt: (_, at) => new Date(at.getTime() + 3_600_000),
  steps: ({ by, expiresSeconds }) => [
    {
      name: 'approve',
      title: 'Wait for an approval',
      // A minute more than what the engine waits, which says why in its own words.
      limitSeconds: expiresSeconds + 60,
      late: () => ({
        code: 'approval-too-late',
        kind: 'failed',
        what: `Nobody approved within the time that slipway.yaml gives for it.`,
        todo: 'Push again, or give it more time with `expires`.',
      }),
      run: async ({ since }) => ({
        state: 'wait',
        until: new Date(since.getTime() + expiresSeconds * 1000),
        on: `an approval by ${approversInWords(by)}`,
      }),
    },
  ],
})
