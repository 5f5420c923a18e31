import type { Sandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from './address.ts'
import { loadOf } from './load.ts'
import { addressOf, connectAccount, createApp, type Person, signInAs, signUp, statusesOf } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const app = 'staged'
const server = (words: string) =>
  `import { createServer } from 'node:http'\ncreateServer((_, answer) => answer.end('<title>${words}</title>')).listen(process.env.PORT)\n`

/** Three stages over two accounts and three regions. The window opens on one day of the week only. */
const manifest = (day: string) => `services:
  web: { run: node server.js }
pipeline:
  - stage: test
    account: dev
    region: eu-central-1
    after: [{ test: 'curl -fsS "$SLIPWAY_URL" | tee said.html | grep words', artifacts: ["*.html"] }]
  - stage: staging
    account: dev
    region: us-east-1
    after:
      - rehearse: rollback
      - bake: { minutes: 1, requests: 100 }
      - approve: { by: [admin], not: author }
  - stage: production
    account: prod
    before: [{ window: { open: ${day} 00:00-24:00 Etc/UTC } }]
    waves:
      - { regions: [us-east-1] }
      - { regions: [eu-west-1] }
    after: [{ test: 'grep "Second words" said.html', regions: [eu-west-1] }]
`
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

// Five minutes, most of them waiting for a bake: more than every change can wait for. `PIPELINES=1` runs it.
test.skip(process.env.PIPELINES === undefined, 'it is asked for by PIPELINES=1')

test('a revision goes through tests, a bake under load, an approval and a window, and a newer one takes its place', async ({
  page,
  slipway,
}) => {
  test.setTimeout(900_000)
  const person = await signUp(slipway, 'Staged')
  const approver = await join(slipway, person, 'Approver')
  const dev = await connectAccount(slipway, person, '121212121212', 'dev')
  await connectAccount(slipway, person, '131313131313', 'prod')
  const repository = await createApp(person, dev, app, 'node-sqlite')
  const opensAt = new Date(slipway.clock.now().getTime() + 2 * 86_400_000)
  const revision = (words: string) => ({
    'slipway.yaml': manifest(days[opensAt.getUTCDay()] ?? ''),
    'server.js': server(words),
  })

  await test.step('the terminal follows a push as far as it goes without a person', async () => {
    await repository.commit('First words', revision('First words'))
    const pushed = terminalOf(repository.push())
    const staging = await addressOf(person, app, 'staging')
    // Nobody has asked it for anything yet: that is "not yet", and never "fine".
    const load = loadOf(staging, 20)
    const first = await pushed
    await load.stop()
    expect(first.text).toContain('<title>First words</title>')
    expect(first.text).toContain('Waits for: Approval by admins')
    expect((await statusesOf(person, app))[0]).toBe('1 waiting')
  })

  await test.step('another member approves it on the page, and it waits for the window', async () => {
    await expect(
      person.api.executions.approve.mutate({
        organisationId: person.organisationId,
        app,
        number: 1,
        path: 'staging/after/2',
      }),
    ).rejects.toThrow()
    await signInAs(page, 'approver@example.com')
    await expect(page).toHaveURL(/\/o\//)
    await page.goto(`/o/${person.slug}/apps/${app}/pipeline`)
    await page.getByRole('button', { name: 'Approve…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('Looked at it in staging')
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await expect(page.getByText(/opens \w{3} \d/i).first()).toBeVisible({ timeout: 30_000 })
    expect(await statusesOf(person, app)).toEqual(['1 waiting'])
  })

  await test.step('a second push takes the place of the first, which waits', async () => {
    await repository.commit('Second words', revision('Second words'))
    const pushed = terminalOf(repository.push())
    const load = loadOf(await addressOf(person, app, 'staging'), 20)
    await pushed
    // It was deployed, went back to the first words and forward again.
    expect(await load.stop()).toMatchObject({ failed: [], bodies: 2 })
    expect(await releasesIn(person, 'staging')).toEqual([2, 1, 2, 1])
    await approver.api.executions.approve.mutate({
      organisationId: person.organisationId,
      app,
      number: 2,
      path: 'staging/after/2',
    })
    await eventually(
      async () => (await statusesOf(person, app)).join() === '2 waiting,1 superseded' || undefined,
      'the first to be superseded',
    )
  })

  await test.step('who approved the first is told by mail that it came no further, and nobody else is', async () => {
    const told = await eventually(() => {
      const mails = slipway.mails().filter(({ subject }) => subject.includes('superseded'))
      return mails.length > 0 ? mails : undefined
    }, 'the mail')
    expect(told.map(({ to, subject }) => [to, subject])).toEqual([
      [['approver@example.com'], `${app}: execution 1, which you let pass, was superseded`],
    ])
    const [mail] = told
    expect(mail?.text).toContain('First words')
    expect(mail?.text).toContain('You opened “Approval by admins')
    expect(mail?.text).toContain('Before it entered production')
    expect(mail?.text).toContain(`/o/${person.slug}/apps/${app}/executions/2`)
  })

  await test.step('the window opens, and production follows region by region', async () => {
    await slipway.moveClock(new Date(opensAt.toISOString().slice(0, 10)))
    await eventually(
      async () => (await statusesOf(person, app)).join() === '2 succeeded,1 superseded' || undefined,
      'the end',
      240,
    )
    for (const name of ['production-us-east-1', 'production-eu-west-1'])
      expect((await get(await addressOf(person, app, name))).body).toContain('Second words')
  })

  await test.step('what the first stage kept was found in another account, and is listed', async () => {
    await page.goto(`/o/${person.slug}/apps/${app}/executions/2`)
    await expect(page.getByRole('list', { name: 'Kept for later steps' })).toContainText('1 file')
  })
})

/** What was deployed into an environment, newest first. */
async function releasesIn({ api, organisationId }: Person, environment: string): Promise<number[]> {
  const deployments = await api.environments.deployments.query({ organisationId, app, environment })
  expect(deployments.map(({ status }) => status)).toEqual(deployments.map(() => 'healthy'))
  return deployments.map(({ release }) => release)
}

/** Somebody more in the organisation, as an admin. */
async function join(slipway: Sandbox, owner: Person, name: string): Promise<Person> {
  const other = await signUp(slipway, name)
  const { organisationId } = owner
  const email = `${name.toLowerCase()}@example.com`
  await owner.api.invitations.create.mutate({ organisationId, email, role: 'admin' })
  const token = await eventually(() => {
    const mail = slipway
      .mails()
      .find((one) => /\/invitation\//.test(one.text ?? '') && JSON.stringify(one.to).includes(email))
    return /\/invitation\/(\S+)/.exec(mail?.text ?? '')?.[1]
  }, 'the invitation')
  await other.api.invitations.accept.mutate({ token })
  return other
}
