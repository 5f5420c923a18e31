import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { asId, makeLog, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { testDatabase } from '@slipway/db/testing'
import { z } from 'zod'
import { apiConfig } from './config.ts'
import { startApi } from './start-api.ts'

const publicUrl = 'http://slipway.test'
const password = 'correct horse battery'

export type TestApi = { url: string; db: Database; close(): Promise<void> }

/** A whole api on a fresh database and a free port, without Redis unless one is named. For tests. */
export async function testApi(changes: Record<string, string> = {}): Promise<TestApi> {
  const { db, url, systemUrl, close } = await testDatabase()
  const config = apiConfig({
    DATABASE_URL: url,
    SYSTEM_DATABASE_URL: systemUrl,
    REDIS_URL: 'redis://127.0.0.1:1',
    PUBLIC_URL: publicUrl,
    APPS_URL: 'http://{name}.apps.test',
    GIT_ROOT: `${tmpdir()}/slipway-git-${randomBytes(6).toString('hex')}`,
    AUTH_SECRET: randomBytes(32).toString('hex'),
    SEAL_KEY: randomBytes(32).toString('hex'),
    HOST_GATE_PORTS: '20000-20999',
    AWS_REGION: 'us-east-1',
    TEMPLATE_URL: 'http://templates.test/connect.json',
    CONSOLE_URL: 'https://console.aws.amazon.com',
    ANNOUNCE_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:slipway-announce',
    PLATFORM_ACCOUNT: '111122223333',
    PLATFORM_PRINCIPAL: 'arn:aws:iam::111122223333:role/slipway-worker',
    STRIPE_WEBHOOK_SECRET: 'whsec_test',
    PORT: '0',
    ...changes,
  })
  const api = await startApi(config, makeLog('api', 'silent'))
  return {
    url: `http://127.0.0.1:${api.port}`,
    db,
    async close() {
      await api.close()
      await close()
    },
  }
}

export type Answer = { status: number; body: unknown; headers: Headers }

/** A browser: keeps cookies, tells its origin. */
export class Browser {
  readonly cookies = new Map<string, string>()
  private readonly api: TestApi
  private readonly address: string

  constructor(api: TestApi) {
    this.api = api
    // Our router's word about the client: each browser of a test is elsewhere, and has limits of its own.
    this.address = `203.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`
  }

  headers(more: Record<string, string> = {}): Headers {
    const headers = new Headers({ origin: publicUrl, 'x-forwarded-for': this.address, ...more })
    if (this.cookies.size > 0) {
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    }
    return headers
  }

  async get(path: string): Promise<Answer> {
    return this.remember(
      await fetch(new URL(path, this.api.url), { headers: this.headers(), redirect: 'manual' }),
    )
  }

  async post(path: string, body: unknown = {}): Promise<Answer> {
    const headers = this.headers({ 'content-type': 'application/json' })
    return this.remember(
      await fetch(new URL(path, this.api.url), {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        redirect: 'manual',
      }),
    )
  }

  private async remember(response: Response): Promise<Answer> {
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined) this.cookies.set(name, value ?? '')
    }
    const text = await response.text()
    const isJson = text !== '' && (response.headers.get('content-type')?.includes('json') ?? false)
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
}

/** Calls one procedure over HTTP and gives its data, or its error, as it came. */
export async function call(
  browser: Browser,
  kind: 'query' | 'mutation',
  path: string,
  input?: unknown,
): Promise<{ status: number; data: unknown; userError: unknown; text: string }> {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  const answer =
    kind === 'query' ? await browser.get(`/trpc/${path}${query}`) : await browser.post(`/trpc/${path}`, input)
  const parsed = answerSchema.parse(answer.body)
  return {
    status: answer.status,
    data: parsed.result?.data,
    userError: parsed.error?.data.userError,
    text: JSON.stringify(answer.body),
  }
}

const answerSchema = z.object({
  result: z.object({ data: z.unknown() }).optional(),
  error: z.object({ data: z.object({ userError: z.unknown() }) }).optional(),
})

const mailSchema = z.object({ to: z.string(), subject: z.string(), text: z.string() })

/** The newest mail to this address that waits in the outbox. */
export async function lastMail(db: Database, address: string): Promise<z.infer<typeof mailSchema>> {
  const rows = await db.inSystem('relay the outbox', (tx) =>
    tx.outbox.findMany({ where: { name: 'organisations.send-mail' }, orderBy: { id: 'desc' } }),
  )
  const mail = rows.map((row) => mailSchema.parse(row.payload)).find(({ to }) => to === address)
  if (mail === undefined) throw new Error(`no mail to ${address}`)
  return mail
}

/** Signs up, follows the mailed link, and is signed in. */
export async function signUp(
  api: TestApi,
  name: string,
): Promise<{ browser: Browser; userId: UserId; email: string }> {
  const browser = new Browser(api)
  const email = `${name.toLowerCase()}-${randomBytes(4).toString('hex')}@example.com`
  const answer = await browser.post('/auth/sign-up/email', {
    name,
    email,
    password,
    callbackURL: '/first-steps',
  })
  const { user } = z.object({ user: z.object({ id: z.string() }) }).parse(answer.body)
  const link = /http:\/\/slipway\.test\S+/.exec((await lastMail(api.db, email)).text)?.[0] ?? ''
  const { pathname, search } = new URL(link)
  await browser.get(pathname + search)
  return { browser, userId: asId('user', user.id), email }
}
