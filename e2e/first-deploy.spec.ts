import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { z } from 'zod'
import type { Sandbox } from '../apps/sandbox/src/index.ts'
import { asId } from '../packages/core/src/index.ts'
import { openDatabase } from '../packages/db/src/index.ts'
import { enqueueNamed } from '../packages/jobs/src/index.ts'
import { eventually, get } from './address.ts'
import { verificationLink } from './person.ts'
import { makeRepository, type Repository, terminalOf } from './repository.ts'
import { serveTampered, tamperings } from './serve-tampered.ts'
import { expect, test } from './slipway.ts'

const email = 'ada@example.com'
const account = '222222222222'
const secondAccount = '333333333333'
/** The example's server with other words. */
const words = (text: string) =>
  readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8').replace(
    'Hello from a push',
    text,
  )
const broken =
  "import { createServer } from 'node:http'\ncreateServer((_, answer) => answer.writeHead(500).end('I am not well')).listen(process.env.PORT)\nconsole.log('the database is not there')\n"

test('a push becomes a running, metered service in a connected AWS account', async ({
  page,
  context,
  slipway,
}) => {
  test.setTimeout(900_000)
  let repository: Repository
  let address = ''

  await test.step('sign up, prove the address, name the organisation', async () => {
    await page.goto('/')
    await page.locator('a[href="/sign-up"]').first().click()
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill('a long enough password')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await expect(page).toHaveURL(/\/verify/)
    await page.goto(await eventually(() => verificationLink(slipway, email), 'the mail'))
    await page.goto('/home')
    await page.getByLabel('Name', { exact: true }).fill('Acme')
    await page.getByRole('button', { name: 'Create it' }).click()
    await expect(page).toHaveURL(/\/o\/acme/)
    await expect(page.getByText(/No card is asked/)).toBeVisible()
    await expect(page.getByLabel(/card/i)).toHaveCount(0)
  })

  await test.step('connect an AWS account by one link; the page turns green by itself', async () => {
    await page.goto('/o/acme/connect')
    await expect(page.getByText('Cannot').first()).toBeVisible()
    await createStack(await launchStack(page, 'prod'), account)
    await expect(page.getByText('Connected', { exact: true }).first()).toBeVisible({ timeout: 90_000 })
    await expect(page.getByText(/2222.?2222.?2222/).first()).toBeVisible()
  })

  await test.step('a stack from a tampered template is not connected, and the page says why', async () => {
    const refused: Record<string, string> = {}
    for (const name of Object.keys(tamperings)) {
      const console = await launchStack(page, name)
      const field = console.getByLabel('Template URL')
      const templates = await serveTampered(await field.inputValue())
      await field.fill(templates.addressOf(name))
      await createStack(console, secondAccount)
      templates.close()
      refused[name] = page.url()
    }
    for (const [name, url] of Object.entries(refused)) {
      await page.goto(url)
      // IAM is given a minute before a role that does not let Slipway in is given up.
      await expect(page.getByText('Refused', { exact: true })).toBeVisible({ timeout: 120_000 })
      const why = name === 'with another id' ? 'does not let Slipway in' : 'lets Slipway in with'
      await expect(page.getByText(why)).toBeVisible()
      await expect(page.getByText(/made from a changed template/)).toBeVisible()
    }
  })

  await test.step('an account that may not announce itself is connected by its twelve digits', async () => {
    const withMessage = await launchStack(page, 'silent')
    await withMessage.close()
    await page.getByText(/Type the account's twelve digits/).click()
    const opened = context.waitForEvent('page')
    await page.getByRole('link', { name: 'create it without the message' }).click()
    await createStack(await opened, secondAccount)
    await page.getByLabel('AWS account number').fill('3333-3333-3333')
    await page.getByRole('button', { name: 'Prove it' }).click()
    await expect(page.getByText('Connected', { exact: true }).first()).toBeVisible({ timeout: 90_000 })
  })

  await test.step('create an app; the page shows the remote and the one command', async () => {
    await page.goto('/o/acme/new-app')
    await page.getByLabel('Name', { exact: true }).fill('counter')
    await page.getByRole('button', { name: 'Create the app' }).click()
    await expect(page).toHaveURL(/\/apps\/counter$/)
    const added = /git remote add slipway (\S+\/git\/acme\/counter)/
    const remote = added.exec(await eventuallyText(page.locator('main'), added))?.[1] ?? ''
    expect(remote).toContain(slipway.url)
    await page.getByRole('button', { name: 'Make a token for git' }).click()
    const token = (await page.getByText(/^slw_\w+$/).textContent()) ?? ''
    repository = await makeRepository('node-sqlite', remote, token)
  })

  await test.step('push; the terminal and the page follow it until the URL answers', async () => {
    const pushed = terminalOf(repository.push())
    await expect(page.getByText('First words').first()).toBeVisible({ timeout: 60_000 })
    await page.goto('/o/acme/apps/counter/executions/1')
    await expect(page.getByText('Runner').first()).toBeVisible()
    const { code, text } = await pushed
    expect(text).toContain('is live')
    expect(code).toBe(0)
    address = /http:\/\/web-counter-\w{6}\.localhost:\d+/.exec(text)?.[0] ?? ''
    await expect(page.getByText('Deployed').first()).toBeVisible()
    expect((await get(address)).body).toContain('<h1>Hello from a push</h1>')
    await page.goto(address)
    await expect(page.getByRole('heading', { name: 'Hello from a push' })).toBeVisible()
  })

  await test.step('what did not come up healthy is undone by itself, and the old one answers all the while', async () => {
    const visits = await visitsAt(address)
    await repository.commit('Break it', { 'server.js': broken })
    const pushed = terminalOf(repository.push())
    const answers: number[] = []
    let ended = false
    const asking = (async () => {
      while (!ended) answers.push((await get(address, '/healthz')).status)
    })()
    const { code, text } = await pushed
    ended = true
    await asking
    expect(code).toBe(0)
    expect(text).toContain('the database is not there')
    expect(new Set(answers)).toEqual(new Set([200]))
    await page.goto('/o/acme/apps/counter/executions/2')
    await expect(page.getByText('the database is not there').first()).toBeVisible()
    expect(await visitsAt(address)).toBe(visits + 1)
    const mail = await eventually(
      () =>
        slipway.mails().find((one) => JSON.stringify(one.to).includes(email) && /counter/.test(one.subject)),
      'the mail about the failure',
      30,
    )
    expect(mail.text).toContain('the database is not there')

    const marked = page.getByText('This revision is marked bad.')
    await expect(marked).toBeVisible()
    await page.getByRole('button', { name: 'Lift the mark…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('The database is back')
    await dialog.getByRole('button', { name: 'Lift it' }).click()
    await expect(marked).toBeHidden()
  })

  await test.step('with the Deploy button, a push waits for a person', async () => {
    await page.goto('/o/acme/apps/counter/settings')
    await page.getByLabel('Deploy each push by itself').click()
    await page.getByRole('button', { name: /^Save/ }).click()
    const sha = await repository.commit('Second words', { 'server.js': words('Second words') })
    const { text } = await terminalOf(repository.push())
    expect(text).toMatch(/Deploy/)
    expect((await get(address)).body).toContain('Hello from a push')
    await page.goto('/o/acme/apps/counter/executions/3/deploy')
    await expect(page.getByText('Ada Lovelace').first()).toBeVisible()
    await page.getByRole('button', { name: `Deploy ${sha.slice(0, 7)}` }).click()
    await answers(address, 'Second words')
    await expect(page).toHaveURL(/executions\/3$/)
    await expect(page.getByText('Deployed').first()).toBeVisible()
  })

  await test.step('an earlier release is back by one button, without a build', async () => {
    await page.goto('/o/acme/apps/counter/environments/production')
    // The second is live once its monitors have seen enough of it.
    await page.getByRole('button', { name: 'Roll back to release 1' }).click({ timeout: 90_000 })
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason, kept with it').fill('The words were better')
    await dialog.getByRole('button', { name: 'Roll back to 1' }).click()
    await answers(address, 'Hello from a push')
    await expect(page).toHaveURL(/executions\/4$/)
    await expect(page.getByText('Runner')).toHaveCount(0)
  })

  await test.step('a changed variable redeploys the same build', async () => {
    await page.goto('/o/acme/apps/counter/variables')
    await page.getByLabel('Name', { exact: true }).fill('GREETING')
    await page.getByLabel('Value').fill('hello')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.goto('/o/acme/apps/counter/executions/5')
    await expect(page.getByText('Deployed').first()).toBeVisible({ timeout: 120_000 })
    await expect(page.getByText('Runner')).toHaveCount(0)
    expect((await get(address)).body).toContain('Hello from a push')
  })

  await test.step('the month is billed to the minute, once', async () => {
    await page.goto('/o/acme/bill')
    await expect(page.getByRole('heading', { name: 'Awake minutes' })).toBeVisible()
    await expect(page.getByText(/[1-9]\d* min/).first()).toBeVisible({ timeout: 90_000 })
    const now = slipway.clock.now()
    const inMonths = (months: number, day: number, minute = 0) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, day, 0, minute))

    await slipway.moveClock(inMonths(1, 2))
    await page.reload()
    await page.getByRole('button', { name: 'Change plan…' }).click()
    await page.getByRole('button', { name: 'Change to seats' }).click()
    // The dialog names the plan too, before it is changed.
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.getByText('Seats plan', { exact: true }).first()).toBeVisible()
    await slipway.moveClock(inMonths(2, 1, 31))
    await page.reload()
    const invoices = page.getByRole('table', { name: 'Invoices' }).getByRole('row')
    const open = invoices.filter({ hasText: 'Open' })
    await expect(open).toHaveCount(1, { timeout: 60_000 })
    // Some minutes of usage come to less than is charged.
    await expect(invoices.filter({ hasText: 'Waived' })).toHaveCount(1)
    const [, dollars, cents] = /\$(\d+)\.(\d\d)/.exec((await open.textContent()) ?? '') ?? []
    const total = Number(`${dollars}${cents}`)
    const days = (inMonths(2, 1).getTime() - inMonths(1, 1).getTime()) / 86_400_000
    expect(total).toBeGreaterThanOrEqual(Math.floor((1200 * (days - 1)) / days) - 1)
    expect(total).toBeLessThan(1200)
    expect(await stripeInvoices(slipway)).toEqual([{ status: 'open', total }])
    expect(await closeAgain(slipway, inMonths(1, 1))).toBe('done')
    expect(await stripeInvoices(slipway)).toEqual([{ status: 'open', total }])
  })
})

/** Begins a connection of this name; answers the AWS console's page behind its link, and leaves ours on the connection's. */
async function launchStack(page: Page, name: string): Promise<Page> {
  await page.goto('/o/acme/connect')
  await page.getByLabel('Name in Slipway').fill(name)
  const opened = page.context().waitForEvent('page')
  await page.getByRole('button', { name: 'Open AWS to create the roles' }).click()
  const console = await opened
  await expect(page).toHaveURL(/\/cloud-accounts\/\w+$/)
  return console
}

/** What the customer's administrator does in the AWS console: chooses the account, ticks, creates, waits for the end. */
async function createStack(console: Page, number: string): Promise<void> {
  await console.getByRole('combobox', { name: 'AWS account' }).selectOption(number)
  await console.getByRole('checkbox').check()
  await console.getByRole('button', { name: 'Create stack' }).click()
  await expect(console.getByText('CREATE_COMPLETE').first()).toBeVisible()
  await console.close()
}

const invoiceList = z.object({ data: z.array(z.object({ status: z.string(), total: z.number() })) })

async function stripeInvoices(slipway: Sandbox): Promise<{ status: string; total: number }[]> {
  const response = await fetch(`${slipway.stripe.url}/v1/invoices?limit=100`, {
    headers: { authorization: 'Bearer sk_test_sandbox' },
  })
  return invoiceList.parse(await response.json()).data
}

/** Asks for the same month to be closed once more, and waits until that has ended. */
async function closeAgain(slipway: Sandbox, month: Date): Promise<'done' | 'failed'> {
  const db = openDatabase(slipway.databaseUrls)
  const key = 'asked again'
  await db.inSystem('sweep', async (tx) => {
    const { organisationId } = await tx.bill.findFirstOrThrow({ where: { month } })
    const payload = { organisationId, month: month.toISOString().slice(0, 7) }
    await enqueueNamed(
      tx,
      { name: 'billing.close-month', payload },
      { organisationId: asId('organisation', organisationId), key },
    )
  })
  const ended = await eventually(async () => {
    const row = await db.inSystem('sweep', (tx) => tx.outbox.findFirstOrThrow({ where: { key } }))
    if (row.failedAt) return 'failed'
    return row.doneAt ? 'done' : undefined
  }, 'the end of the second closing')
  await db.close()
  return ended
}

async function answers(address: string, text: string): Promise<void> {
  await eventually(async () => (await get(address)).body.includes(text) || undefined, `the answer "${text}"`)
}

async function visitsAt(address: string): Promise<number> {
  return Number(/<strong>(\d+)<\/strong>/.exec((await get(address)).body)?.[1])
}

async function eventuallyText(locator: Locator, pattern: RegExp): Promise<string> {
  await expect(locator).toContainText(pattern)
  return (await locator.textContent()) ?? ''
}
