import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Sandbox } from '../apps/sandbox/src/index.ts'

const run = promisify(execFile)
const password = 'a long enough password'

/**
 * A customer without a browser: the same origin, the same cookies and the same git as a person has. For what is not
 * about pages: faults and figures.
 */
export type Person = {
  organisationId: string
  slug: string
  /** A procedure of the api; throws with the answer's text when it refuses. */
  query(path: string, input?: Record<string, unknown>): Promise<any>
  mutate(path: string, input?: Record<string, unknown>): Promise<any>
}

export async function signUp(slipway: Sandbox, name: string): Promise<Person> {
  const email = `${name.toLowerCase()}@example.com`
  const cookies = new Map<string, string>()
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(path, slipway.url.replace('localhost', '127.0.0.1')), {
      method,
      redirect: 'manual',
      headers: {
        host: new URL(slipway.url).host,
        origin: slipway.url,
        'content-type': 'application/json',
        cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; '),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(key, value)
    }
    return { status: response.status, text: await response.text() }
  }
  const trpc = async (method: string, path: string, input: unknown) => {
    const query =
      method === 'GET' && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
    const { status, text } = await send(
      method,
      `/trpc/${path}${query}`,
      method === 'POST' ? (input ?? {}) : undefined,
    )
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`)
    return JSON.parse(text).result.data
  }

  const signed = await send('POST', '/auth/sign-up/email', { email, password, name })
  if (signed.status !== 200) throw new Error(`sign up answered ${signed.status}: ${signed.text}`)
  const link = await eventually(async () => {
    const mail = slipway.mails().find((one) => JSON.stringify(one.to).includes(email))
    return /https?:\/\/\S+verify\S+/.exec(mail?.text ?? '')?.[0]
  }, `the mail to ${email}`)
  const { pathname, search } = new URL(link)
  await send('GET', pathname + search)
  await send('POST', '/auth/sign-in/email', { email, password })
  const made = await trpc('POST', 'organisations.create', { name })
  const mine = await trpc('GET', 'organisations.mine', undefined)
  const organisation = mine.find((one: { id: string }) => one.id === (made?.id ?? made)) ?? mine[0]
  const own = (input: Record<string, unknown> = {}) => ({ organisationId: organisation.id, ...input })
  return {
    organisationId: organisation.id,
    slug: organisation.slug,
    query: (path, input) => trpc('GET', path, own(input)),
    mutate: (path, input) => trpc('POST', path, own(input)),
  }
}

/** Connects one of the sandbox's AWS accounts as its administrator would, by the link, and waits until it is green. */
export async function connectAccount(
  slipway: Sandbox,
  person: Person,
  accountNumber: string,
): Promise<string> {
  const begun = await person.mutate('cloudAccounts.begin', { name: `account ${accountNumber}` })
  const { launch } = await person.query('cloudAccounts.get', { cloudAccountId: begun.id })
  const parameters = new URLSearchParams(new URL(launch.link).hash.split('?')[1])
  const form = new URLSearchParams({
    account: accountNumber,
    region: 'us-east-1',
    name: parameters.get('stackName') ?? '',
    templateURL: parameters.get('templateURL') ?? '',
    acknowledged: 'yes',
  })
  for (const [key, value] of parameters) if (key.startsWith('param_')) form.set(key, value)
  const launched = await fetch(`${slipway.url.replace('localhost', '127.0.0.1')}/sandbox/console/stacks`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  })
  if (launched.status >= 400) throw new Error(`the stack was refused: ${await launched.text()}`)
  await eventually(async () => {
    const account = await person.query('cloudAccounts.get', { cloudAccountId: begun.id })
    if (account.state === 'refused') throw new Error(`the connection was refused: ${JSON.stringify(account)}`)
    return account.state === 'connected' || undefined
  }, 'the connection')
  return begun.id
}

export type Repository = {
  folder: string
  app: string
  commit(message: string, files: Record<string, string>): Promise<void>
  push(): ChildProcess
}

/** Creates an app and a clone with its remote and token, holding a copy of one of the examples. */
export async function createApp(
  slipway: Sandbox,
  person: Person,
  cloudAccountId: string,
  app: string,
  example: string,
  settings: Record<string, unknown> = {},
): Promise<Repository> {
  await person.mutate('apps.create', { name: app, cloudAccountId, region: 'us-east-1', ...settings })
  const { token } = await person.mutate('tokens.create', { name: `push ${app}`, scopes: ['git'] })
  const folder = mkdtempSync(join(tmpdir(), `slipway-${app}-`))
  cpSync(new URL(`../examples/${example}`, import.meta.url), folder, { recursive: true })
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: folder })
  await git('init', '-q', '-b', 'main')
  await git('add', '-A')
  await git('commit', '-qm', 'First')
  const { port } = new URL(slipway.url)
  await git('remote', 'add', 'slipway', `http://ada:${token}@127.0.0.1:${port}/git/${person.slug}/${app}.git`)
  return {
    folder,
    app,
    async commit(message, files) {
      for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
      await git('add', '-A')
      await git('commit', '-qm', message)
    },
    push: () => spawn('git', ['push', 'slipway', 'main'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
  }
}

/** What the terminal shows until git ends, and its exit code. */
export async function terminalOf(git: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = ''
  git.stdout?.on('data', (data) => {
    text += data
  })
  git.stderr?.on('data', (data) => {
    text += data
  })
  const code = await new Promise<number | null>((resolve) => git.once('close', resolve))
  return { code, text }
}

/** GET of an app's address. Programs do not resolve *.localhost, so the name travels as the Host header. */
export function get(address: string, path = '/'): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, headers: { host: `${hostname}:${port}` } },
      (response) => {
        let body = ''
        response.on('data', (data) => {
          body += data
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

/** Looks again every quarter second until there is something; throws after `seconds`. */
export async function eventually<T>(
  look: () => Promise<T | undefined>,
  what: string,
  seconds = 120,
): Promise<T> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > until) throw new Error(`${what} did not come within ${seconds} s`)
    await wait(250)
  }
}
