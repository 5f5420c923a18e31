import { createApp } from '../../e2e/person.ts'
import { pushThrough } from '../../e2e/push-through.ts'
import { terminalOf } from '../../e2e/repository.ts'
import type { Row } from '../row.ts'
import { type App, account, answeringAllTheWhile, type FaultAsked, making, withFault } from './world.ts'

/** AWS refuses for as long as nobody does something about it: the execution says so, and what runs goes on. */
export function refusals(app: App): Row[] {
  const whileDeploying: [string, FaultAsked][] = [
    ['the role may use S3 no more', { kind: 'denied', account, service: 's3' }],
    ['the role may use no service any more', { kind: 'denied', account }],
  ]
  return [
    ...whileDeploying.map(([name, fault]) => ({
      name: `${name}, while an app is deployed`,
      async run() {
        let said = ''
        const seen = await answeringAllTheWhile(app, `${name}, until now`, async () => {
          said = await withFault(app.slipway, fault, () => endOf(app, name))
          await pushThrough(app, `${name}, until now`, 'build', async () => {})
        })
        return `${said} Then ${seen}`
      },
    })),
    ...(['quota', 'no capacity', 'denied'] as const).map((kind, index) => ({
      name: `the stack of an environment is refused (${kind}), and then no more`,
      run: () =>
        making(app.slipway, { stacks: 1, hosts: 1 }, async () => {
          const fault: FaultAsked = { kind, account, service: 'cloudformation', action: 'CreateChangeSet' }
          const repository = await createApp(
            app.person,
            app.cloudAccountId,
            `refused-${index}`,
            'node-sqlite',
          )
          const refused = await withFault(app.slipway, fault, () => terminalOf(repository.push()))
          if (!/quota|free in this region|did not allow/.test(refused.text))
            throw new Error(`it says: ${refused.text.slice(-600)}`)
          await repository.commit('Again', { 'again.txt': 'now it may' })
          const { text } = await terminalOf(repository.push())
          if (!text.includes('is live')) throw new Error(`the next push ended with: ${text.slice(-600)}`)
          return `${refused.text.slice(-400).replaceAll(/\s+/g, ' ')}; the next push is live`
        }),
    })),
  ]
}

/** What an execution says that cannot go well. */
async function endOf({ person, repository, app }: App, words: string): Promise<string> {
  await repository.commit(words, { 'refused.txt': words })
  await terminalOf(repository.push())
  const { api, organisationId } = person
  const { executions } = await api.executions.list.query({ organisationId, app })
  const number = executions[0]?.number ?? 0
  const { status, error } = await api.executions.get.query({ organisationId, app, number })
  if (status !== 'failed' || error === null) throw new Error(`it ended as ${status}`)
  if (error.code === 'pipeline-step-broken') throw new Error(`it says: ${error.what}`)
  return `${error.what} ${error.todo}`
}
