import { keepFigures } from './figures.ts'
import { connectAccount, createApp, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

test('charts mark deployments and tell exact values; logs are followed, searched and found again by address', async ({
  page,
  slipway,
}) => {
  test.setTimeout(420_000)
  const person = await signUp(slipway, 'Lighthouse')
  const cloudAccountId = await connectAccount(slipway, person, '777777777777')
  const repository = await createApp(person, cloudAccountId, 'beam', 'node-sqlite')
  expect((await terminalOf(repository.push())).text).toContain('is live')
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill('lighthouse@example.com')
  await page.getByLabel('Password', { exact: true }).fill('a long enough password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/o\/lighthouse/)
  await page.goto(`/o/${person.slug}/apps/beam/environments/production`)

  await test.step('without a minute that was measured, the charts say so in words', async () => {
    await expect(page.getByText('No request was measured in this time.').first()).toBeVisible()
  })

  let now = new Date(0)
  await test.step('minutes appear as they arrive, without a reload', async () => {
    now = await keepFigures(slipway, person, 'beam', {
      minutes: 59,
      lines: (ago) => [
        `\u001b[32mbeam\u001b[0m turned, minute ${ago}`,
        ...(ago === 40 ? ['<b>Lamp</b> went OUT'] : []),
      ],
    })
    await expect(page.getByRole('application')).toHaveCount(6)
    await expect(page.getByText('% of the host')).toBeVisible()
  })

  await test.step('the pointer and the arrow keys tell the exact value, and a gap is a gap', async () => {
    const chart = page.getByRole('application').first()
    await chart.hover({ position: { x: 100, y: 80 } })
    await expect(page.getByText(/^\d\d:\d\d \d+ requests$/)).toBeVisible()
    await chart.focus()
    await page.keyboard.press('ArrowRight')
    await expect(page.getByText(/^\d\d:\d\d \d+ requests$/)).toBeVisible()
    await page.getByRole('button', { name: 'As a table' }).click()
    const table = page.getByRole('table', { name: 'Figures' })
    const rowOf = (ago: number) =>
      table.getByRole('row', { name: new Date(now.getTime() - ago * 60_000).toISOString().slice(11, 16) })
    await expect(rowOf(31)).toBeVisible()
    await expect(rowOf(26)).toHaveCount(0)
    await expect(rowOf(20)).toBeVisible()
    await expect(table.getByText(/^12 of|%, 12 of/)).toBeVisible()
    await page.getByRole('button', { name: 'As charts' }).click()
  })

  await test.step('a deployment is marked and leads to its execution', async () => {
    const strip = page.getByRole('list', { name: 'Deployments in this time' })
    await expect(strip.getByText('Good')).toBeVisible()
    await expect(strip.getByRole('link', { name: /release 1/ })).toHaveAttribute('href', /\/executions\/1$/)
  })

  await test.step('another range is in the address', async () => {
    await page.getByRole('button', { name: '24 h' }).click()
    await expect(page).toHaveURL(/range=24h/)
    await expect(page.getByRole('heading', { name: 'Last 24 hours' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('button', { name: '24 h' })).toHaveAttribute('aria-pressed', 'true')
  })

  await test.step('a search finds lines by any of their text and marks it, as text', async () => {
    await expect(page.getByRole('log', { name: 'Log of web' })).toContainText('turned, minute 1')
    await page.locator('body').press('/')
    await expect(page.getByRole('searchbox', { name: 'Search the logs' })).toBeFocused()
    await page.keyboard.type('lamp</B> went')
    await page.keyboard.press('Enter')
    const found = page.getByRole('log', { name: 'Lines found' })
    await expect(found).toContainText('<b>Lamp</b> went OUT')
    await expect(found.locator('mark')).toHaveText('Lamp</b> went')
    await expect(page.getByRole('status').filter({ hasText: '1 line found' })).toContainText('no older ones')
    await expect(page).toHaveURL(/text=lamp/)
  })

  await test.step('the address brings the same search, other filters narrow it, Escape follows again', async () => {
    await page.reload()
    await expect(page.getByRole('log', { name: 'Lines found' })).toContainText('went OUT')
    await page.getByLabel('When').selectOption({ label: 'Last 15 minutes' })
    await expect(page.getByText('No line matches.')).toBeVisible()
    await page.getByRole('searchbox', { name: 'Search the logs' }).press('Escape')
    await expect(page.getByRole('log', { name: 'Log of web' })).toContainText('turned, minute 1')
    await expect(page).not.toHaveURL(/text=|when=/)
  })

  await test.step('a search for what is everywhere comes page by page', async () => {
    await keepFigures(slipway, person, 'beam', {
      minutes: 20,
      lines: () => Array.from({ length: 50 }, (_, index) => `wave ${index}`),
    })
    await page.getByRole('searchbox', { name: 'Search the logs' }).fill('wave')
    await page.keyboard.press('Enter')
    const said = page.getByRole('status').filter({ hasText: 'found in' })
    await expect(said).toContainText('200 lines found')
    await page.getByRole('button', { name: 'Search further back' }).click()
    await expect(said).toContainText('400 lines found')
  })
})
