import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, get } from './address.ts'
import { loadOf } from './load.ts'
import { connectAccount, createApp, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const page1 = '<!doctype html><title>First words</title><h1>First words</h1>'
const page2 = '<!doctype html><title>Second words</title><h1>Second words</h1>'
/** What one machine carries while it deploys: each request runs two functions. */
const requestsPerSecond = 20

test('a pushed folder is a site at CloudFront: no host, no failed request, back at once, gone when deleted', async ({
  page,
  slipway,
}) => {
  test.setTimeout(900_000)
  const person = await signUp(slipway, 'Sites')
  const { api, organisationId, slug } = person
  const cloudAccountId = await connectAccount(slipway, person, '171717171717')
  const repository = await createApp(person, cloudAccountId, 'site', 'static-site')
  await repository.commit('First words', { 'index.html': page1 })
  const first = await terminalOf(repository.push())
  expect(first.text).toContain('site #1 is live.')
  const address = /http:\/\/web-site-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  const ask = async (path = '/') => (await get(address, path)).body

  await test.step('its address shows the page, and its environment shows no host', async () => {
    await page.goto(address)
    await expect(page.getByRole('heading', { name: 'First words' })).toBeVisible()
    await signInAs(page, 'sites@example.com')
    await expect(page).toHaveURL(/\/o\/sites/)
    await page.goto(`/o/${slug}/apps/site/environments/production`)
    await expect(page.getByText('Files in your bucket, served by CloudFront')).toBeVisible()
    await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
    for (const name of ['Hosts', 'Monitors', 'Logs'])
      await expect(page.getByRole('heading', { name, exact: true })).toHaveCount(0)
    await expect(page.getByText('Files of the site in S3')).toBeVisible()
    const { stands } = await api.costs.environment.query({
      organisationId,
      app: 'site',
      environment: 'production',
    })
    expect(Number(stands?.totalMicroDollars)).toBeLessThan(10_000)
  })

  await test.step('the next push fails no request, and is there at once', async () => {
    await repository.commit('Second words', { 'index.html': page2 })
    const load = loadOf(address, requestsPerSecond)
    const second = await terminalOf(repository.push())
    const seen = await load.stop(200)
    expect(second.text).toContain('site #2 is live.')
    expect(seen.failed).toEqual([])
    expect(seen.bodies).toBe(2)
    expect(await ask()).toContain('Second words')
  })

  await test.step('a release that does not answer is undone, and one without a page is not built', async () => {
    await repository.commit('Ask for what is not there', {
      'slipway.yaml': 'services: { web: { publish: ., health: /missing } }\n',
    })
    const bad = await terminalOf(repository.push())
    expect(bad.text).toContain('answered 404 at /missing')
    expect(await ask()).toContain('Second words')
    rmSync(join(repository.folder, 'index.html'))
    await repository.commit('Lose the page', {
      'slipway.yaml': 'services: { web: { publish: . } }\n',
    })
    const empty = await terminalOf(repository.push())
    expect(empty.text).toContain('has no index.html after the build')
    expect(await ask()).toContain('Second words')
  })

  await test.step('an earlier release is back by one button, without a runner', async () => {
    await page.reload()
    await page.getByRole('button', { name: 'Roll back to release 1' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason, kept with it').fill('The words were better')
    const load = loadOf(address, requestsPerSecond)
    await dialog.getByRole('button', { name: 'Roll back to 1' }).click()
    await eventually(async () => (await ask()).includes('First words') || undefined, 'the first words')
    expect((await load.stop(100)).failed).toEqual([])
    await expect(page.getByText('Deployed').first()).toBeVisible()
  })

  await test.step('what is deleted answers no more', async () => {
    await api.apps.delete.mutate({ organisationId, app: 'site', confirm: 'site' })
    await eventually(async () => (await get(address)).status === 404 || undefined, 'the name to be gone')
    await eventually(async () => {
      const { apps } = await api.apps.list.query({ organisationId }).then((apps) => ({ apps }))
      return apps.length === 0 || undefined
    }, 'the app to be gone')
  })
})
