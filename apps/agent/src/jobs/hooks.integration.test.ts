import { existsSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import path from 'node:path'
import { UserError } from '@slipway/core'
import type { DeploymentSpecInput, Hooks } from '@slipway/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HostInAFolder, hostInAFolder, serverSaying } from '../testing/host-in-a-folder.ts'

let host: HostInAFolder
beforeEach(async () => {
  host = await hostInAFolder()
})
afterEach(() => host.close())

const file = (name: string) => path.join(host.home.root, name)
const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
const failure = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${error}`)
  return error.fields
}
const hook = (run: string, timeoutSeconds = 30) => ({ run, root: '', timeoutSeconds })
const withHooks = (
  word: string,
  hooks: Hooks,
  service: Partial<DeploymentSpecInput['services'][number]> = {},
) =>
  host.release(serverSaying(word), { hooks, ...service }, { variables: { LEVEL: 'seven', OUT: file('ran') } })
/** Answers of what `$PORT` leads to, without a program that the machine may lack. */
const ask = (more: string) =>
  `node -e "fetch('http://127.0.0.1:'+process.env.PORT).then(r=>r.text()).then(t=>require('fs').appendFileSync(process.env.OUT,t+'\\n'))" && ${more}`
const answers = () =>
  new Promise<string>((resolve, reject) => {
    const to = { host: '127.0.0.1', port: host.port, headers: { host: host.host }, agent: false }
    get(to, async (response) => resolve((await response.toArray()).join(''))).on('error', reject)
  })

it.each([false, true])(
  'before the switch the new release is asked by $PORT, while the old one serves (alone: %s)',
  async (singleton) => {
    await host.deploy(host.release(serverSaying('one'), { singleton }))
    host.phases.length = 0
    await host.deploy(withHooks('two', { beforeSwitch: hook(ask('echo "$LEVEL" >> $OUT')) }, { singleton }))
    expect(read('ran')).toBe('two\nseven\n')
    expect(host.phases.indexOf('before-switch')).toBeLessThan(host.phases.indexOf('switch'))
    expect(host.jobs.all()).toEqual([])
  },
)

it.each([false, true])(
  'one that fails before the switch leaves the release before serving (alone: %s)',
  async (singleton) => {
    await host.deploy(host.release(serverSaying('one'), { singleton }))
    const before = host.kept?.release.id
    const spec = withHooks('two', { beforeSwitch: hook('echo not warm; exit 4') }, { singleton })
    expect(await failure(host.deploy(spec))).toMatchObject({ code: 'app-hook-failed', details: ['not warm'] })
    expect(await answers()).toContain('one')
    expect(host.kept?.release.id).toBe(before)
    expect(host.phases).not.toContain('after-switch')
    expect(host.jobs.all()).toEqual([])
  },
)

it('one that takes too long before the switch is ended, and nothing is switched', async () => {
  await host.deploy(host.release(serverSaying('one')))
  const fields = await failure(host.deploy(withHooks('two', { beforeSwitch: hook('sleep 600', 1) })))
  expect(fields.what).toContain('before-switch hook of web')
  expect(fields.what).toContain('after 1 seconds')
  expect(await answers()).toContain('one')
})

it('one that fails after the switch is told, and the release serves', async () => {
  const spec = withHooks('two', { afterSwitch: hook('echo nobody is told >&2; exit 2') })
  await host.deploy(spec)
  expect(await answers()).toContain('two')
  expect(host.kept?.release.id).toBe(spec.release.id)
  expect(host.said.join('\n')).toContain('The after-switch hook of web')
  expect(host.said.join('\n')).toContain('serves all the same')
})

it('the one of the boot runs once on a host before anything is started; in other words it runs again', async () => {
  const boot = (words: string) => ({ boot: hook(`echo ${words} $HOME >> $OUT`) })
  await host.deploy(withHooks('one', boot('first')))
  expect(read('ran')).toBe('first /root\n')
  expect(host.phases.indexOf('boot')).toBeLessThan(host.phases.indexOf('start'))
  await host.deploy(withHooks('two', boot('first')))
  expect(read('ran')).toBe('first /root\n')
  await host.deploy(withHooks('three', boot('second')))
  expect(read('ran')).toBe('first /root\nsecond /root\n')
})

it('a boot hook that fails fails the deployment, and is run again with the next', async () => {
  const boot = { boot: hook('[ -e $OUT ] || { touch $OUT; exit 9; }') }
  expect(await failure(host.deploy(withHooks('one', boot)))).toMatchObject({ code: 'app-hook-failed' })
  expect(host.processes.all()).toEqual([])
  await host.deploy(withHooks('two', boot))
  expect(await answers()).toContain('two')
})
