import { eventually, get } from './address.ts'
import { look } from './look.ts'
import { addressOf, connectAccount, createApp, signInAs, signUp, statusesOf } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const app = 'joined'

/** It also is the software that a hook asks: what it was asked last stands at /asked. */
const server = `import { createServer } from 'node:http'
let asked = ''
createServer((request, answer) => {
  if (request.url === '/asked') return answer.end(asked)
  if (request.url !== '/ask') return answer.end('<title>Here I am</title>')
  asked = ''
  request.on('data', (part) => (asked += part))
  request.on('end', () => answer.writeHead(202).end())
}).listen(process.env.PORT)
`
const pipeline = (stages: string, more = '') => ({
  'server.js': server,
  'stages.yaml': stages,
  'slipway.yaml': `services:
  web: { run: node server.js }
pipeline:
  - stage: staging
  - generate: cat stages.yaml
    regions: [eu-west-1]
${more}`,
})

// Three minutes: more than every change can wait for. `PIPELINES=1` runs it.
test.skip(process.env.PIPELINES === undefined, 'it is asked for by PIPELINES=1')

test('a command says which stages come next, and a hook lets the next one in', async ({ page, slipway }) => {
  test.setTimeout(600_000)
  const person = await signUp(slipway, 'Joined')
  const repository = await createApp(
    person,
    await connectAccount(slipway, person, '141414141414'),
    app,
    'node-sqlite',
  )

  await test.step('what asks for more than it may is refused with its line, and joins nothing', async () => {
    await repository.commit('Too far', pipeline('- stage: far\n  region: ap-southeast-2\n'))
    const { text } = await terminalOf(repository.push())
    expect(text).toContain('generated.yaml:2:1 The region ap-southeast-2 is not among those')
    expect(await statusesOf(person, app)).toEqual(['1 failed'])
    expect((await get(await addressOf(person, app, 'staging'))).body).toContain('Here I am')
  })

  await test.step('stages join the execution, behind the hook that their entry asks for', async () => {
    const hook = `${await addressOf(person, app, 'staging')}/ask`
    const gates = `    gates: [{ hook: { url: "${hook}", expires: 1h } }]\n`
    await repository.commit('To Europe', pipeline('- stage: europe\n  region: eu-west-1\n', gates))
    const { text } = await terminalOf(repository.push())
    expect(text).toContain('Waits for: Hook ')
    const asked = await eventually(async () => {
      const { body } = await get(await addressOf(person, app, 'staging'), '/asked')
      return body === '' ? undefined : JSON.parse(body)
    }, 'the message of the hook')
    expect(asked).toMatchObject({
      type: 'slipway.gate.asked',
      data: { app, stage: 'europe', gate: 'europe/before/0' },
    })

    await signInAs(page, 'joined@example.com')
    await expect(page).toHaveURL(/\/o\//)
    await page.goto(`/o/${person.slug}/apps/${app}/pipeline`)
    await expect(page.getByRole('region', { name: 'europe' }).getByText('The answer of')).toBeVisible()
    await look(page, 'pipeline-waits', `/o/${person.slug}/apps/${app}/pipeline`)

    await page.goto(`/o/${person.slug}/apps/${app}/settings`)
    await page.getByRole('button', { name: 'Show the key' }).click()
    const key =
      (await page
        .getByText(/^whsec_/)
        .first()
        .textContent()) ?? ''
    await page.getByRole('button', { name: 'Replace the key' }).click()
    await expect(page.getByText(/^whsec_/)).toHaveCount(2)
    await expect(page.getByText(key)).toBeVisible()
    await expect(page.getByText('Was replaced; signs until')).toBeVisible()
    await page.goto(`/o/${person.slug}/apps/${app}/pipeline`)

    const here = new URL(asked.data.answer.url)
    here.hostname = '127.0.0.1'
    const answered = await fetch(here, { method: 'POST', body: '{"answer":"pass","reason":"CHG0031"}' })
    expect(answered.status).toBe(200)
    await eventually(
      async () => (await statusesOf(person, app))[0] === '2 succeeded' || undefined,
      'the end',
      240,
    )
    expect((await get(await addressOf(person, app, 'europe'))).body).toContain('Here I am')
    const again = await fetch(here, { method: 'POST', body: '{"answer":"refuse"}' })
    expect(again.status).toBe(409)
    await expect(page.getByText('“CHG0031”').first()).toBeVisible()
  })
})
