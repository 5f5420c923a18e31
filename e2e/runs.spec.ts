import { eventually, get, post } from './address.ts'
import { look } from './look.ts'
import { addressOf, connectAccount, createApp, type Person, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const app = 'queue'
const environment = 'production'

test('an app migrates before each release, works through a queue, reports when it is due, and runs what a person asks', async ({
  page,
  slipway,
}) => {
  test.setTimeout(480_000)
  const person = await signUp(slipway, 'Runs')
  const repository = await createApp(
    person,
    await connectAccount(slipway, person, '161616161616'),
    app,
    'node-queue',
  )
  const place = { organisationId: person.organisationId, app, environment }
  let address = ''

  await test.step('the release command made the tables, and said so in the log of the deployment', async () => {
    const { text } = await terminalOf(repository.push())
    expect(text).toContain('the tables are there')
    expect(text).toContain('is live')
    address = await addressOf(person, app, environment)
    expect((await post(address, '/', 'abc')).status).toBe(202)
    await eventually(async () => (await get(address)).body.includes('abc: cba') || undefined, 'the worker')
  })

  await test.step('the report is run when it is due, once', async () => {
    const first = await eventually(async () => {
      const { cron, runs } = await person.api.runs.list.query(place)
      const ended = runs.find(({ state }) => state === 'succeeded')
      return ended && { cron, ended }
    }, 'the first run that is due')
    expect(first.cron).toMatchObject([{ name: 'report', command: 'node report.js', last: { code: 0 } }])
    expect(first.ended.dueAt).toMatch(/:00\.000Z$/)
    const reports = JSON.parse((await get(address, '/reports')).body)
    expect(reports).toEqual({ count: 1, done: 1 })
  })

  await test.step('a person runs a command on the page and reads what it says', async () => {
    await signInAs(page, 'runs@example.com')
    await expect(page).toHaveURL(/\/o\//)
    const url = `/o/${person.slug}/apps/${app}/environments/${environment}`
    await page.goto(url)
    await page.getByRole('button', { name: 'Run a command' }).click()
    await page
      .getByRole('textbox', { name: 'Command' })
      .fill(
        `node -e "import('./database.js').then(d => console.log('tasks', d.openDatabase().prepare('select count(*) as n from task').get().n))"; exit 5`,
      )
    await page.getByRole('button', { name: 'Run it' }).click()
    await expect(page.getByText('tasks 1')).toBeVisible()
    await expect(page.getByText('Failed, code 5')).toBeVisible()
    await look(page, 'runs', url)

    await page.getByRole('button', { name: 'Run a command' }).click()
    await page.getByRole('textbox', { name: 'Command' }).fill('sleep 600')
    await page.getByRole('button', { name: 'Run it' }).click()
    await page.getByRole('button', { name: 'End it' }).click()
    await expect(page.getByText('Cancelled')).toBeVisible()
  })

  await test.step('a release command that fails changes nothing', async () => {
    await repository.commit('Drop it', {
      'migrate.js': 'console.log("no such column: result")\nprocess.exit(1)\n',
    })
    const { text } = await terminalOf(repository.push())
    expect(text).toContain('The release command “node migrate.js” did not end well: it exited with code 1')
    expect(text).toContain('no such column: result')
    expect((await get(address)).body).toContain('abc: cba')
    expect(await statusOfLast(person)).toBe('failed')
  })

  await test.step('going back runs no release command', async () => {
    await repository.commit('Mended', { 'migrate.js': 'console.log("nothing to do")\n' })
    await terminalOf(repository.push())
    const releases = await person.api.environments.releases.query(place)
    const before = releases.find(({ isLive, notPossible }) => !isLive && notPossible === null)
    const { number } = await person.api.environments.rollBack.mutate({
      ...place,
      release: before?.number ?? 0,
    })
    const execution = await eventually(async () => {
      const seen = await person.api.executions.get.query({
        organisationId: person.organisationId,
        app,
        number,
      })
      return seen.endedAt ? seen : undefined
    }, 'the way back')
    expect(execution.status).toBe('succeeded')
    const { stream } = execution.parts.find(({ kind }) => kind === 'deployment') ?? { stream: '' }
    const { lines } = await person.api.logs.page.query({ organisationId: person.organisationId, stream })
    expect(lines.map(({ text }) => text)).not.toContain('the tables are there')
    expect((await get(address)).body).toContain('abc: cba')
  })
})

async function statusOfLast({ api, organisationId }: Person): Promise<string | undefined> {
  const { executions } = await api.executions.list.query({ organisationId, app })
  return executions[0]?.status
}
