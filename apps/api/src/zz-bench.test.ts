import { test } from 'vitest'
import { roleOf } from '@slipway/organisations'
import { call, signUp, testApi } from './testing.ts'
test('bench', async () => {
  const api = await testApi()
  const { browser } = await signUp(api, 'Ada')
  const { data } = await call(browser, 'mutation', 'organisations.create', { name: 'Bench' })
  const organisationId: any = String(Reflect.get(Object(data), 'id'))
  const time = async (name: string, run: () => Promise<unknown>, n = 100) => {
    for (let i = 0; i < 20; i++) await run()
    const cpu0 = process.cpuUsage()
    const t = performance.now()
    for (let i = 0; i < n; i++) await run()
    const cpu = process.cpuUsage(cpu0)
    console.log('BENCH', name, ((performance.now() - t) / n).toFixed(2), 'ms; cpu', ((cpu.user + cpu.system) / 1000 / n).toFixed(2))
  }
  await time('roleOf', () => roleOf(api.db, organisationId, 'usr_1' as any))
  await time('members.list', () => call(browser, 'query', 'members.list', { organisationId }))
  await time('apps.list', () => call(browser, 'query', 'apps.list', { organisationId }))
  await api.close()
}, 120000)
