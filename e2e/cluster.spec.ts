import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { endInstance } from '../apps/sandbox/src/index.ts'
import { eventually, get } from './address.ts'
import { loadOf } from './load.ts'
import { addressOf, connectAccount, createApp, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const account = '181818181818'
const app = 'chat'
const environment = 'production'

test('an app runs on two hosts behind a load balancer: pushes roll over them, an ended one is replaced', async ({
  page,
  slipway,
}) => {
  test.setTimeout(300_000)
  const person = await signUp(slipway, 'Clusters')
  const { api, organisationId, slug } = person
  const repository = await createApp(
    person,
    await connectAccount(slipway, person, account),
    app,
    'node-cluster',
  )
  const first = await terminalOf(repository.push())
  expect(first.text).toContain('chat #1 is live.')
  const address = await addressOf(person, app, environment)
  const answers = () => Promise.all(Array.from({ length: 12 }, () => get(address)))
  const processes = async () => {
    const seen = await answers()
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]))
    return new Set(seen.map(({ headers }) => headers['x-process']))
  }

  await test.step('both hosts answer, and the page shows them and what they cost', async () => {
    expect((await processes()).size).toBe(2)
    expect(await echo(page, address, 'Anyone there?')).toBe('Anyone there?')
    await signInAs(page, 'clusters@example.com')
    await expect(page).toHaveURL(/\/o\/clusters/)
    await page.goto(`/o/${slug}/apps/${app}/environments/${environment}`)
    await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
    await expect(page.getByText('Load balancer, without its traffic')).toBeVisible()
    for (const { id } of await instances()) await expect(page.getByText(id).first()).toBeVisible()
  })

  await test.step('a push goes over one host after the other and fails no request', async () => {
    const server = readFileSync(join(repository.folder, 'server.js'), 'utf8')
    await repository.commit('Second words', { 'server.js': server.replace('First words', 'Second words') })
    const load = loadOf(address, 20)
    const second = await terminalOf(repository.push())
    const seen = await load.stop(200)
    expect(second.text).toContain('chat #2 is live.')
    expect(seen.failed).toEqual([])
    expect(seen.bodies).toBe(2)
    expect((await get(address)).body).toContain('Second words')
    expect((await processes()).size).toBe(2)
  })

  await test.step('a release that does not start leaves both hosts as they are', async () => {
    await repository.commit('Third words', { 'server.js': 'process.exit(1)\n' })
    const load = loadOf(address, 20)
    const third = await terminalOf(repository.push())
    expect((await load.stop(50)).failed).toEqual([])
    expect(third.text).not.toContain('chat #3 is live.')
    expect((await get(address)).body).toContain('Second words')
    expect((await processes()).size).toBe(2)
  })

  await test.step('an ended host is replaced by its group, and the new one serves what is live', async () => {
    const [gone, stays] = await instances()
    const before = await processes()
    await endInstance(slipway.emulatorUrl, { account, id: gone?.id ?? '' })
    // Until the load balancer has seen that it is gone, some requests still go there, as on AWS.
    await eventually(async () => {
      const news = (await answers()).filter(({ headers }) => !before.has(headers['x-process']))
      return news.some(({ status }) => status === 200) || undefined
    }, 'the new host to answer')
    expect([...(await processes())].filter((one) => before.has(one))).toHaveLength(1)
    expect((await get(address)).body).toContain('Second words')
    const ids = (await instances()).map(({ id }) => id)
    expect(ids).toContain(stays?.id)
    expect(ids).not.toContain(gone?.id)
  })

  await test.step('what is deleted answers no more, and leaves no host', async () => {
    await api.apps.delete.mutate({ organisationId, app, confirm: app })
    await eventually(async () => (await get(address)).status === 404 || undefined, 'the name to be gone')
    await eventually(async () => (await instances()).length === 0 || undefined, 'the hosts to be gone')
  })

  /** Says something by a web socket, from a page of the app itself. */
  async function echo(page: Page, address: string, words: string): Promise<string> {
    await page.goto(address)
    return page.evaluate(
      ({ said, url }) =>
        new Promise<string>((resolve, reject) => {
          const socket = new WebSocket(url)
          socket.onopen = () => socket.send(said)
          socket.onmessage = ({ data }) => resolve(String(data))
          socket.onerror = () => reject(new Error('no web socket'))
        }),
      { said: words, url: address.replace('http', 'ws') },
    )
  }

  async function instances(): Promise<{ id: string }[]> {
    return slipway.bodies
      .list()
      .flatMap(({ instance, gatePort }) =>
        instance.account === account && instance.state === 'running' && gatePort !== undefined
          ? [{ id: instance.id }]
          : [],
      )
  }
})
