import { eventually } from './address.ts'
import { keepFigures } from './figures.ts'
import { look } from './look.ts'
import { connectAccount, createApp, type Person, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

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
