import type { Page } from '@playwright/test'
import type { Sandbox } from '../apps/sandbox/src/index.ts'
import { eventually } from './address.ts'
import { signInAs, signUp, verificationLink } from './person.ts'
import { expect, test } from './slipway.ts'

const password = 'a long enough password'
const bob = 'bob@example.com'

test('somebody is invited, comes, is given another role, and is gone when removed', async ({
  page,
  browser,
  slipway,
}) => {
  const owner = await signUp(slipway, 'Shipyard')
  await signIn(page, 'shipyard@example.com')
  const people = `/o/${owner.slug}/people`

  await test.step('the only owner is told why they cannot leave', async () => {
    await page.goto(people)
    const leave = page.getByRole('button', { name: 'Leave the organisation' })
    await expect(leave).toHaveAttribute('aria-disabled', 'true')
    await expect(leave).toHaveAccessibleDescription(/only owner/)
  })

  await test.step('an invitation is mailed, and waits', async () => {
    await page.getByLabel('E-mail').fill(bob)
    await page.getByLabel('Role', { exact: true }).selectOption('viewer')
    await page.getByRole('button', { name: 'Send the invitation' }).click()
    await expect(page.getByText(`Sent to ${bob}`)).toBeVisible()
    await expect(page.getByText('as viewer, by Shipyard')).toBeVisible()
  })

  const first = await invitationLink(slipway, undefined)
  await test.step('sent again, the link before does not hold', async () => {
    await page.getByRole('button', { name: `Send again to ${bob}` }).click()
    await expect(page.getByText('Sent again')).toBeVisible()
  })
  const link = await invitationLink(slipway, first)

  await test.step('whoever is signed in with another address is told so', async () => {
    await page.goto(first)
    await expect(page.getByText('There is no such invitation')).toBeVisible()
    await page.goto(link)
    await expect(page.getByText(`This invitation is for ${bob}`)).toBeVisible()
    await expect(page.getByRole('button', { name: /^Join/ })).toHaveCount(0)
  })

  const context = await browser.newContext({ baseURL: slipway.url })
  const other = await context.newPage()
  await test.step('the invited person signs up on the way and lands in the organisation', async () => {
    await other.goto(link)
    await other.getByRole('link', { name: 'Sign up' }).click()
    await expect(other.getByLabel('E-mail')).toHaveValue(bob)
    await other.getByLabel('Your name').fill('Bob')
    await other.getByLabel('Password').fill(password)
    await other.getByRole('button', { name: 'Sign up' }).click()
    await expect(other).toHaveURL(/\/verify/)
    await other.goto(await eventually(() => verificationLink(slipway, bob), 'the mail'))
    await other.getByRole('button', { name: 'Join Shipyard' }).click()
    await expect(other).toHaveURL(new RegExp(`/o/${owner.slug}`))
  })

  await test.step('a viewer may look at people and not change them', async () => {
    await other.goto(people)
    const invite = other.getByRole('button', { name: 'Send the invitation' })
    await expect(invite).toHaveAttribute('aria-disabled', 'true')
    await expect(invite).toHaveAccessibleDescription(/As viewer/)
  })

  await test.step('their role is changed, and their open page follows', async () => {
    await page.goto(people)
    await page.getByLabel('Role of Bob').selectOption('admin')
    await page.getByRole('button', { name: 'Make an admin' }).click()
    await expect(page.getByLabel('Role of Bob')).toHaveValue('admin')
    await expect(other.getByRole('button', { name: 'Send the invitation' })).not.toHaveAttribute(
      'aria-disabled',
      'true',
    )
  })

  await test.step('removed, they see nothing any more, on the page that stands open too', async () => {
    await page.getByRole('button', { name: 'Remove Bob' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill(bob)
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Bob' }).click()
    await expect(page.getByRole('row', { name: /bob@example.com/ })).toHaveCount(0)
    await expect(other.getByText('There is no organisation shipyard that you belong to')).toBeVisible()
    await other.goto(`/o/${owner.slug}`)
    await expect(other.getByText('There is no organisation shipyard that you belong to')).toBeVisible()
    await other.goto(link)
    await expect(other.getByText('The invitation was accepted')).toBeVisible()
  })

  await test.step('the audit log has all of it', async () => {
    await page.goto(`/o/${owner.slug}/audit`)
    for (const action of ['invitations.create', 'invitations.resend', 'invitations.accept'])
      await expect(page.getByText(action)).toBeVisible()
    await expect(page.getByText('after admin, before viewer')).toBeVisible()
    await expect(page.getByText('after none, before admin')).toBeVisible()
  })

  await test.step('an account is deleted by its password, but not while an organisation needs its owner', async () => {
    await page.goto('/account')
    await deleteAccount(page)
    await expect(page.getByText('You are the only owner of Shipyard')).toBeVisible()
    await other.goto('/account')
    await deleteAccount(other)
    await expect(other).toHaveURL(slipway.url)
    await signInAs(other, bob)
    await expect(other.getByText('do not belong together')).toBeVisible()
  })
  await context.close()
})

test('sessions end by one button, and an address changes once both mailboxes have agreed', async ({
  page,
  slipway,
}) => {
  const [before, after] = ['quay@example.com', 'pier@example.com']
  const elsewhere = await signUp(slipway, 'Quay')
  await signIn(page, before)
  await page.goto('/account')
  await test.step('all other sessions end by one button', async () => {
    await elsewhere.api.organisations.mine.query()
    await page.getByRole('button', { name: 'End all others' }).click()
    await expect(page.getByRole('button', { name: 'End it' })).toHaveCount(0)
    await expect(elsewhere.api.organisations.mine.query()).rejects.toThrow(/not signed in/)
  })
  await page.getByLabel('New address').fill(after)
  await page.getByRole('button', { name: 'Change' }).first().click()
  await expect(page.getByText(`A mail is on its way to ${before}`)).toBeVisible()
  await page.goto(await eventually(() => linkTo(slipway, before, /to change the address/), 'the first mail'))
  await expect(page.getByText('Allowed. The second link is in a mail')).toBeVisible()
  await page.goto(await eventually(() => linkTo(slipway, after, /about to have/), 'the second mail'))
  await expect(page.getByText(`Your address is ${after} now`)).toBeVisible()
})

async function deleteAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Delete the account' }).click()
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the account' }).click()
}

function linkTo(slipway: Sandbox, address: string, words: RegExp): string | undefined {
  const mail = slipway
    .mails()
    .find((one) => JSON.stringify(one.to).includes(address) && words.test(one.text ?? ''))
  return /https?:\/\/\S+verify-email\S+/.exec(mail?.text ?? '')?.[0]
}

async function signIn(page: Page, email: string): Promise<void> {
  await signInAs(page, email)
  await expect(page).toHaveURL(/\/o\//)
}

/** The link in the newest invitation, once it is another than the one before. */
function invitationLink(slipway: Sandbox, before: string | undefined): Promise<string> {
  return eventually(() => {
    const links = slipway
      .mails()
      .filter((mail) => JSON.stringify(mail.to).includes(bob))
      .flatMap((mail) => /https?:\/\/\S+\/invitation\/\S+/.exec(mail.text ?? '')?.[0] ?? [])
    return links.find((link) => link !== before)
  }, 'the mail with the invitation')
}
