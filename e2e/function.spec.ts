import { request } from 'node:http'
import { eventually, get } from './address.ts'
import { loadOf } from './load.ts'
import { look } from './look.ts'
import { connectAccount, createApp, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

/** What one machine carries while it deploys: each request goes through a function at the edge and one behind it. */
const requestsPerSecond = 10

const saying = (words: string) => `import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url === '/broken') response.statusCode = 500
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>${words}</title><h1>${words}</h1>')
}).listen(process.env.PORT)
`

/** How long after the first piece of an answer its last one came. */
function streamed(address: string, path: string): Promise<{ pieces: number; milliseconds: number }> {
  return new Promise((resolve, reject) => {
    const { host, port } = new URL(address)
    const at = { hostname: '127.0.0.1', port, path, headers: { host }, agent: false }
    const asked = request(at, (response) => {
      const times: number[] = []
      response.on('data', () => times.push(performance.now()))
      response.on('end', () =>
        resolve({ pieces: times.length, milliseconds: (times.at(-1) ?? 0) - (times[0] ?? 0) }),
      )
    })
    asked.once('error', reject)
    asked.end()
  })
}

test('an ordinary server is a function: streams, secrets, no failed request, back at once, gone when deleted', async ({
  page,
  slipway,
}) => {
  test.setTimeout(900_000)
  const person = await signUp(slipway, 'Lambdas')
  const { api, organisationId, slug } = person
  const cloudAccountId = await connectAccount(slipway, person, '202020202020')
  const repository = await createApp(person, cloudAccountId, 'talk', 'node-function-stream')
  const first = await terminalOf(repository.push())
  expect(first.text).toContain('talk #1 is live.')
  const address = /http:\/\/web-talk-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  const words = async (path = '/') => (await get(address, path)).body
  const manifest = (health: string) =>
    `services: { web: { run: node server.js, kind: function, health: ${health} } }\n`

  await test.step('it streams, finds its secret, and its environment shows no host and no cost', async () => {
    const { pieces, milliseconds } = await streamed(address, '/')
    expect(pieces).toBeGreaterThan(3)
    expect(milliseconds).toBeGreaterThan(200)
    expect(await words('/signed')).toContain('hello, signed ')
    await signInAs(page, 'lambdas@example.com')
    await expect(page).toHaveURL(/\/o\/lambdas/)
    await look(page, 'environment-function', `/o/${slug}/apps/talk/environments/production`)
    await expect(page.getByText('Functions on AWS Lambda behind CloudFront')).toBeVisible()
    await expect(page.getByRole('link', { name: 'log of web' })).toHaveAttribute(
      'href',
      /log-group\/\$252Fslipway/,
    )
    for (const name of ['Hosts', 'Monitors', 'Logs'])
      await expect(page.getByRole('heading', { name, exact: true })).toHaveCount(0)
    const of = { organisationId, app: 'talk', environment: 'production' }
    const { stands } = await api.costs.environment.query(of)
    expect(Number(stands?.totalMicroDollars)).toBeLessThan(10_000)
  })

  await test.step('the next push fails no request', async () => {
    await repository.commit('First words', {
      'server.js': saying('First words'),
      'slipway.yaml': manifest('/'),
    })
    expect((await terminalOf(repository.push())).text).toContain('talk #2 is live.')
    await repository.commit('Second words', { 'server.js': saying('Second words') })
    const load = loadOf(address, requestsPerSecond)
    const { text } = await terminalOf(repository.push())
    const seen = await load.stop(100)
    expect(text).toContain('talk #3 is live.')
    expect(seen.failed).toEqual([])
    expect(seen.bodies).toBe(2)
  })

  await test.step('a release that answers badly is never led to, and what a function cannot do is refused', async () => {
    await repository.commit('Break it', { 'slipway.yaml': manifest('{ path: /broken, timeout: 2s }') })
    const bad = await terminalOf(repository.push())
    expect(bad.text).toContain('did not answer /broken below 500')
    expect(await words()).toContain('Second words')
    await repository.commit('Add a worker', {
      'slipway.yaml': `${manifest('/').trimEnd().slice(0, -2)}, jobs: { run: node jobs.js } }\n`,
    })
    const refused = await terminalOf(repository.push())
    expect(refused.text).toContain('services.jobs takes no requests')
  })

  await test.step('an earlier release is back by one button', async () => {
    // The first push made two: with its generated secret, and before.
    await page.reload()
    await page.getByRole('button', { name: 'Roll back to release 3' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason, kept with it').fill('The words were better')
    const load = loadOf(address, requestsPerSecond)
    await dialog.getByRole('button', { name: 'Roll back to 3' }).click()
    await eventually(async () => (await words()).includes('First words') || undefined, 'the first words')
    expect((await load.stop(50)).failed).toEqual([])
    await expect(page.getByText('Deployed').first()).toBeVisible()
  })

  await test.step('what is deleted answers no more', async () => {
    await api.apps.delete.mutate({ organisationId, app: 'talk', confirm: 'talk' })
    await eventually(async () => (await get(address)).status === 404 || undefined, 'the name to be gone')
    await eventually(async () => {
      const apps = await api.apps.list.query({ organisationId })
      return apps.length === 0 || undefined
    }, 'the app to be gone')
  })
})
