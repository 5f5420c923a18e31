import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'

const caughtMail = z.object({
  id: z.string(),
  at: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
})

export type CaughtMail = z.infer<typeof caughtMail>

export type MailCatcher = {
  url: string
  /** Newest first. */
  list(): CaughtMail[]
  clear(): void
  stop(): Promise<void>
}

/** Takes every mail for anyone and sends none on. What it caught stays in `<state>/mails`, one file a mail. */
export async function startMailCatcher(options: { state: string; port: number }): Promise<MailCatcher> {
  const folder = join(options.state, 'mails')
  mkdirSync(folder, { recursive: true })
  const mails = readdirSync(folder).map((name) =>
    caughtMail.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  )
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(null, { user: 'anyone' }),
    onData(stream, session, done) {
      simpleParser(stream).then((parsed) => {
        const number = String(mails.length + 1).padStart(6, '0')
        const mail = {
          id: `${number}-${Math.random().toString(36).slice(2, 8)}`,
          at: new Date().toISOString(),
          from: parsed.from?.text ?? '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          subject: parsed.subject ?? '',
          text: parsed.text ?? '',
          html: parsed.html || '',
        }
        mails.push(mail)
        writeFileSync(join(folder, `${mail.id}.json`), JSON.stringify(mail))
        done()
      }, done)
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `smtp://127.0.0.1:${options.port}`,
    list: () => mails.toReversed(),
    clear() {
      mails.length = 0
      for (const name of readdirSync(folder)) rmSync(join(folder, name))
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
