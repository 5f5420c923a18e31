import { type Clock, newId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { defineJob, type EnqueueOptions, enqueue, type Handler, handle, Transient } from '@slipway/jobs'
import { createTransport } from 'nodemailer'
import { z } from 'zod'

const mail = defineJob({
  name: 'organisations.send-mail',
  payload: z.object({
    id: z.string(),
    to: z.email(),
    subject: z.string().max(200),
    text: z.string().max(20_000),
  }),
  attempts: 8,
  spacingSeconds: 5,
  timeoutSeconds: 60,
})

export type Mail = { to: string; subject: string; text: string }

/**
 * Sends a mail once the caller's transaction has committed. With a key it is sent once among those that still
 * wait. Should a crash send it twice, both carry the same Message-ID. Put no text into it that a stranger
 * chose: a mail of ours must not be somebody's way to write to anybody.
 */
export async function sendMail(
  tx: Tx,
  content: Mail,
  clock: Clock,
  options: EnqueueOptions = { organisationId: undefined },
): Promise<void> {
  await enqueue(tx, mail, { id: newId('mail', clock.now()), ...content }, options)
}

export type MailServer = { smtpUrl: string; from: string }

/** The job that hands mails to the SMTP server. A refusal of the address for good (5xx) is not repeated. */
export function mailHandler({ smtpUrl, from }: MailServer): Handler {
  const transport = createTransport(smtpUrl, { from })
  const domain = from.split('@').at(-1)?.replace(/>$/, '') ?? 'slipway'
  return handle(mail, async ({ id, to, subject, text }, { log }) => {
    try {
      await transport.sendMail({
        to,
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      if (isRefusal(error)) {
        log.warn({ mail: id, err: error }, 'a mail was refused for good')
        return
      }
      throw new Transient(`the mail server did not take mail ${id}`, { cause: error })
    }
  })
}

const smtpError = z.object({ responseCode: z.number() })

function isRefusal(error: unknown): boolean {
  const parsed = smtpError.safeParse(error)
  return parsed.success && parsed.data.responseCode >= 500
}
