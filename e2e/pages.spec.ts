import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { eventually } from './address.ts'
import { keepFigures } from './figures.ts'
import { connectAccount, createApp, type Person, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

/** Set it to keep a picture of each page in docs/screens. */
const keepPictures = process.env.SCREENS !== undefined
const pictures = fileURLToPath(new URL('../docs/screens/', import.meta.url))
const widths = { wide: 1440, narrow: 390 }
/** Colours depend on the theme and places on the width, so two views see all that four would; pictures are of all four. */
const views = (['light', 'dark'] as const).flatMap((theme) =>
  (['wide', 'narrow'] as const)
    .filter((width) => keepPictures || (theme === 'light') === (width === 'wide'))
    .map((width) => ({ theme, width })),
)

test('every page is accessible, light and dark, wide and narrow', async ({ page, slipway }) => {
  test.setTimeout(900_000)
  const before: [string, string][] = [
    ['welcome', '/'],
    ['sign-up', '/sign-up'],
    ['sign-in', '/sign-in'],
  ]
  for (const [name, path] of before) await look(page, name, path)

  const person = await signUp(slipway, 'Harbour')
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill('harbour@example.com')
  await page.getByLabel('Password', { exact: true }).fill('a long enough password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/o\/harbour/)
  const home = `/o/${person.slug}`
  await look(page, 'first-steps', `${home}/first-steps`)
  await look(page, 'connect', `${home}/connect`)
  const cloudAccountId = await connectAccount(slipway, person, '555555555555')
  await look(page, 'cloud-account', `${home}/cloud-accounts/${cloudAccountId}`)
  await look(page, 'new-app', `${home}/new-app`)
  const repository = await createApp(person, cloudAccountId, 'counter', 'node-sqlite')
  const app = `${home}/apps/counter`
  await look(page, 'first-push', app)

  const first = await terminalOf(repository.push())
  expect(first.text).toContain('is live')
  await person.api.apps.changeSettings.mutate({ ...named(person), autoDeploy: false })
  await repository.commit('Answer faster', { 'notes.md': 'It answers faster now.\n' })
  await terminalOf(repository.push())
  const { organisationId } = person
  await person.api.invitations.create.mutate({ organisationId, email: 'mate@example.com', role: 'viewer' })
  const invitation = await eventually(() => {
    const mail = slipway.mails().find((one) => JSON.stringify(one.to).includes('mate@example.com'))
    return /\/invitation\/\S+/.exec(mail?.text ?? '')?.[0]
  }, 'the invitation')
  const environment = `${app}/environments/production`
  await look(page, 'environment-new', environment)
  await keepFigures(slipway, person, 'counter', {
    minutes: 180,
    lines: (ago) => [`GET / 200 in ${(ago * 7) % 23} ms`, `visit ${5000 - ago} counted`],
  })
  const after: [string, string][] = [
    ['apps', home],
    ['overview', app],
    ['pipeline', `${app}/pipeline`],
    ['execution', `${app}/executions/1`],
    ['deploy', `${app}/executions/2/deploy`],
    ['commits', `${app}/commits`],
    ['environment', environment],
    ['environment-table', `${environment}?range=6h&figures=table`],
    ['environment-search', `${environment}?range=7d&figures-of=web&text=visit`],
    ['environment-nothing-found', `${environment}?text=nowhere&output=error&when=1h`],
    ['variables', `${app}/variables`],
    ['app-settings', `${app}/settings`],
    ['bill', `${home}/bill`],
    ['people', `${home}/people`],
    ['invitation', invitation],
    ['invitation-unknown', '/invitation/of-nobody'],
    ['tokens', `${home}/tokens`],
    ['audit', `${home}/audit`],
    ['permissions', `${home}/permissions`],
    ['account', '/account'],
    ['not-found', `${home}/apps/none-of-this-name`],
  ]
  for (const [name, path] of after) await look(page, name, path)
})

const named = ({ organisationId }: Person) => ({ organisationId, app: 'counter' })

async function look(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  for (const { theme, width } of views) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: widths[width], height: 900 })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    )
    expect.soft(found, `${name}, ${theme}, ${width}`).toEqual([])
    const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
    expect.soft(overflow, `${name} scrolls sideways, ${width}`).toBeLessThanOrEqual(0)
    if (!keepPictures) continue
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: `${pictures}${name}-${theme}-${widths[width]}.png`, fullPage: true })
  }
}
