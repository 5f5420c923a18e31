import type { Page } from '@playwright/test'
import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import type { AppRouter } from '../apps/api/src/router.ts'
import type { Sandbox } from '../apps/sandbox/src/index.ts'
import { eventually } from './address.ts'
import { makeRepository, type Repository } from './repository.ts'

const password = 'a long enough password'

/**
 * A customer without a browser: the same origin, the same cookies and the same git as a person has. For what is not
 * about pages: faults and figures.
 */
export type Person = {
  api: TRPCClient<AppRouter>
  organisationId: string
  slug: string
  remoteOf(app: string): string
  /** Asks as a browser with the person's cookies does. */
  ask(path: string, init?: RequestInit): Promise<Response>
}

/** Signs up, proves the address by the mail, and makes an organisation of the same name. */
export async function signUp(slipway: Sandbox, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@example.com`
  const cookies = new Map<string, string>()
  // The address instead of the name: programs do not resolve names under localhost everywhere.
  const here = slipway.url.replace('localhost', '127.0.0.1')
  const asBrowser = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('origin', slipway.url)
    headers.set('cookie', [...cookies].map(([key, value]) => `${key}=${value}`).join('; '))
    const response = await fetch(new URL(path, here), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(key, value)
    }
    return response
  }
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await asBrowser(path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  }
  await post('/auth/sign-up/email', { email, password, name })
  const link = await eventually(() => verificationLink(slipway, email), `the mail to ${email}`)
  const { pathname, search } = new URL(link)
  await asBrowser(pathname + search)
  await post('/auth/sign-in/email', { email, password })
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${here}/trpc`,
        fetch: (url, { signal, ...init } = {}) =>
          asBrowser(String(url), {
            ...(init.method && { method: init.method }),
            ...(init.headers && { headers: new Headers(init.headers) }),
            ...(typeof init.body === 'string' && { body: init.body }),
            ...(signal && { signal }),
          }),
      }),
    ],
  })
  const { id: organisationId, slug } = await api.organisations.create.mutate({ name })
  const remoteOf = (app: string) => `${here}/git/${slug}/${app}.git`
  return { api, organisationId, slug, remoteOf, ask: asBrowser }
}

/** Fills the page of signing in; where it leads is for whoever asked to see. */
export async function signInAs(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The link in the newest mail to this address that asks to prove it. */
export function verificationLink(slipway: Sandbox, email: string): string | undefined {
  const mail = slipway.mails().find((one) => JSON.stringify(one.to).includes(email))
  return /https?:\/\/\S+verify\S+/.exec(mail?.text ?? '')?.[0]
}

/** Connects an AWS account as its administrator would, by the link, and waits until it is proven. */
export async function connectAccount(
  slipway: Sandbox,
  person: Person,
  accountNumber: string,
  name = 'customer',
): Promise<string> {
  const { api, organisationId } = person
  const { id: cloudAccountId } = await api.cloudAccounts.begin.mutate({ organisationId, name })
  const { launch } = await api.cloudAccounts.get.query({ organisationId, cloudAccountId })
  const link = new URLSearchParams(new URL(launch?.link ?? '').hash.split('?')[1])
  const form = new URLSearchParams({
    account: accountNumber,
    region: 'us-east-1',
    name: link.get('stackName') ?? '',
    templateURL: link.get('templateURL') ?? '',
    acknowledged: 'yes',
  })
  for (const [key, value] of link) if (key.startsWith('param_')) form.set(key, value)
  const console = `${slipway.url.replace('localhost', '127.0.0.1')}/sandbox/console/stacks`
  const launched = await fetch(console, { method: 'POST', body: form, redirect: 'manual' })
  if (launched.status >= 400) throw new Error(`the stack was refused: ${await launched.text()}`)
  await eventually(async () => {
    const { state, reason } = await api.cloudAccounts.get.query({ organisationId, cloudAccountId })
    if (state === 'refused') throw new Error(`the connection was refused: ${JSON.stringify(reason)}`)
    return state === 'connected' || undefined
  }, 'the connection')
  return cloudAccountId
}

/** An app of this name and a clone to push it from. */
export async function createApp(
  person: Person,
  cloudAccountId: string,
  app: string,
  example: string,
  settings: { autoDeploy?: boolean; branch?: string } = {},
): Promise<Repository> {
  const { api, organisationId } = person
  await api.apps.create.mutate({
    organisationId,
    name: app,
    cloudAccountId,
    region: 'us-east-1',
    ...settings,
  })
  const { token } = await api.tokens.create.mutate({ organisationId, name: app, scopes: ['git'] })
  return makeRepository(example, person.remoteOf(app), token)
}

/** “2 waiting”, “1 superseded”: the executions of an app with their states, newest first. */
export async function statusesOf({ api, organisationId }: Person, app: string): Promise<string[]> {
  const { executions } = await api.executions.list.query({ organisationId, app })
  return executions.map(({ number, status }) => `${number} ${status}`)
}

/** The public address of the first service of an environment, once something is live there. */
export function addressOf(
  { api, organisationId }: Person,
  app: string,
  environment: string,
): Promise<string> {
  return eventually(
    async () => {
      const found = await api.environments.get
        .query({ organisationId, app, environment })
        .catch(() => undefined)
      return (found?.live && found.services.find(({ url }) => url !== null)?.url) || undefined
    },
    `${environment} to be live`,
    240,
  )
}
