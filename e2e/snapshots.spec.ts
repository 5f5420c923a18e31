import type { Page } from '@playwright/test'
import { eventually, get } from './address.ts'
import { look } from './look.ts'
import { addressOf, connectAccount, createApp, signInAs, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const app = 'guestbook'
const environment = 'production'

test('what an app keeps on its disk is there again after a restore, and what was there instead is kept', async ({
  page,
  slipway,
}) => {
  test.setTimeout(300_000)
  const person = await signUp(slipway, 'Snapshots')
  const cloudAccountId = await connectAccount(slipway, person, '191919191919')
  const repository = await createApp(person, cloudAccountId, app, 'node-sqlite')
  await repository.commit('Keep snapshots', {
    'slipway.yaml': `services:
  web:
    health: /healthz
    disks: { data: { path: /data, size: 1GB, snapshots: { daily: 7 } } }
    hooks: { boot: echo ready for $SLIPWAY_SERVICE, before-switch: echo warm on $PORT, after-switch: echo no; exit 3 }
`,
  })
  const { text } = await terminalOf(repository.push())
  expect(text).toContain('is live')
  expect(text).toContain('ready for web')
  expect(text).toMatch(/warm on \d+/)
  expect(text).toContain('The release serves all the same.')
  const address = await addressOf(person, app, environment)
  const place = { organisationId: person.organisationId, app, environment }
  const visit = async () => Number(/<strong>(\d+)</.exec((await get(address)).body)?.[1])
  const url = `/o/${person.slug}/apps/${app}/environments/${environment}`
  const disks = page.getByRole('region', { name: 'Disks and snapshots' })
  const over = () =>
    eventually(async () => {
      const { restores } = await person.api.disks.list.query(place)
      return restores[0]?.endedAt ? restores[0] : undefined
    }, 'the end of the restore')

  await test.step('a snapshot is taken with a click', async () => {
    expect(await visit()).toBe(1)
    expect(await visit()).toBe(2)
    await signInAs(page, 'snapshots@example.com')
    await expect(page).toHaveURL(/\/o\//)
    await page.goto(url)
    await expect(disks.getByText('7 daily snapshots are kept')).toBeVisible()
    await disks.getByRole('button', { name: 'Snapshot now' }).click()
    await expect(disks.getByText('Complete', { exact: true })).toBeVisible({ timeout: 30_000 })
  })

  await test.step('restored with a click: the visits since are gone, and nothing else', async () => {
    expect(await visit()).toBe(3)
    expect(await visit()).toBe(4)
    await restore(page)
    await expect(disks.getByText('Restores')).toBeVisible()
    expect(await over()).toMatchObject({ state: 'restored', disk: 'data', error: null })
    await expect(disks.getByText('Restored', { exact: true })).toBeVisible()
    expect(await visit()).toBe(3)
    await look(page, 'disks', url)
  })

  await test.step('the disk before is a snapshot, and is gone once that is complete', async () => {
    await eventually(async () => {
      const { snapshots, restores } = await person.api.disks.list.query(place)
      const kept = snapshots.find(({ reason }) => reason === 'before-restore')
      const isCleared = restores[0]?.steps.every(({ is }) => is === 'done')
      return (kept?.state === 'completed' && isCleared) || undefined
    }, 'the end of the disk before')
    expect(await visit()).toBe(4)
  })
})

async function restore(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Restore…' }).first().click()
  await page.getByRole('textbox', { name: 'Type data' }).fill('data')
  await page.getByRole('button', { name: 'Restore data' }).click()
}
