import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  EC2Client,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { type Accounts, asRoot } from '../aws/accounts.ts'
import { deleteStack, describeStack, launchStack, listStacks, readTemplate } from '../aws/stacks.ts'
import { listInstances } from '../bodies/instance.ts'
import type { Bodies } from '../bodies/keep-bodies.ts'
import {
  instancePage,
  linkPage,
  overviewPage,
  quickCreatePage,
  refusedPage,
  stackPage,
} from './console-pages.ts'
import type { Answer, Asked } from './request.ts'

const root = '/sandbox/console'
const consoleBytesMax = 200_000

export type ConsoleSetting = { emulatorUrl: string; accounts: Accounts; bodies: Bodies }

/** The pages under /sandbox/console. Undefined where there is no such page. */
export async function serveConsole(setting: ConsoleSetting, asked: Asked): Promise<Answer | undefined> {
  const { method, path, query } = asked
  switch (`${method} ${path}`) {
    case 'GET /console':
      return overview(setting)
    case 'GET /console/cloudformation/home':
      return { html: linkPage() }
    case 'GET /console/quick-create':
      return quickCreate(setting, query)
    case 'POST /console/stacks':
      return launch(setting, asked.form)
    case 'GET /console/stack':
      return showStack(setting, stackIn(query))
    case 'POST /console/stack/delete':
      await deleteStack(setting.emulatorUrl, stackIn(asked.form))
      return { location: root }
    case 'POST /console/accounts':
      setting.accounts.make(asked.form.get('name') ?? '')
      return { location: root }
    case 'GET /console/instance':
      return showInstance(setting, query.get('id') ?? '')
    case 'POST /console/instance':
      return operate(setting, asked.form.get('id') ?? '', asked.form.get('action') ?? '')
    default:
      return undefined
  }
}

async function overview({ emulatorUrl, accounts }: ConsoleSetting): Promise<Answer> {
  const instances = await listInstances(emulatorUrl)
  const named = accounts.list()
  const shown = await Promise.all(
    named.map(async (account) => {
      const own = instances.filter((instance) => instance.account === account.id)
      const regions = [...new Set(['us-east-1', ...own.map(({ region }) => region)])]
      const stacks = regions.map(async (region) =>
        (await listStacks(emulatorUrl, account.id, region)).map((stack) => ({ ...stack, region })),
      )
      return { ...account, instances: own, stacks: (await Promise.all(stacks)).flat() }
    }),
  )
  return { html: overviewPage(shown) }
}

async function quickCreate(
  { emulatorUrl, accounts }: ConsoleSetting,
  query: URLSearchParams,
): Promise<Answer> {
  const templateUrl = query.get('templateURL') ?? ''
  const list = accounts.list()
  const account = query.get('account') ?? list[0]?.id ?? ''
  try {
    const template = await readTemplate(emulatorUrl, account, templateUrl, parametersIn(query))
    const name = query.get('stackName') ?? ''
    const region = query.get('region') ?? 'us-east-1'
    return { html: quickCreatePage({ accounts: list, account, region, name, templateUrl, template }) }
  } catch (problem) {
    return { status: 400, html: refusedPage(`The template cannot be shown: ${words(problem)}`, root) }
  }
}

async function launch({ emulatorUrl }: ConsoleSetting, form: URLSearchParams): Promise<Answer> {
  const stack = stackIn(form)
  try {
    await launchStack(emulatorUrl, {
      ...stack,
      templateUrl: form.get('templateURL') ?? '',
      parameters: parametersIn(form),
      acknowledged: form.get('acknowledged') === 'yes',
    })
  } catch (problem) {
    return { status: 400, html: refusedPage(words(problem), root) }
  }
  return { location: `${root}/stack?${new URLSearchParams(stack)}` }
}

async function showStack(
  { emulatorUrl }: ConsoleSetting,
  stack: ReturnType<typeof stackIn>,
): Promise<Answer> {
  const shown = await describeStack(emulatorUrl, stack)
  if (!shown)
    return { status: 404, html: refusedPage(`There is no stack ${stack.name} in ${stack.account}.`, root) }
  return { html: stackPage(stack, shown) }
}

async function showInstance({ emulatorUrl, bodies }: ConsoleSetting, id: string): Promise<Answer> {
  const instance = (await listInstances(emulatorUrl)).find((one) => one.id === id)
  if (!instance) return { status: 404, html: refusedPage(`There is no instance ${id}.`, root) }
  const body = bodies.list().find((one) => one.instance.id === id)
  const output = body ? endOf(join(body.folder, 'console.log')) : ''
  return { html: instancePage(instance, body?.running ?? false, output) }
}

async function operate({ emulatorUrl }: ConsoleSetting, id: string, action: string): Promise<Answer> {
  const instance = (await listInstances(emulatorUrl)).find((one) => one.id === id)
  if (!instance) return { status: 404, html: refusedPage(`There is no instance ${id}.`, root) }
  const client = new EC2Client(asRoot(emulatorUrl, instance.account, instance.region))
  const input = { InstanceIds: [id] }
  if (action === 'reboot') await client.send(new RebootInstancesCommand(input))
  if (action === 'stop') await client.send(new StopInstancesCommand(input))
  if (action === 'start') await client.send(new StartInstancesCommand(input))
  if (action === 'terminate') await client.send(new TerminateInstancesCommand(input))
  return { location: `${root}/instance?id=${id}` }
}

function stackIn(values: URLSearchParams): { account: string; region: string; name: string } {
  return {
    account: values.get('account') ?? '',
    region: values.get('region') ?? 'us-east-1',
    name: values.get('name') ?? '',
  }
}

function parametersIn(values: URLSearchParams): Record<string, string> {
  const found = [...values].filter(([key]) => key.startsWith('param_'))
  return Object.fromEntries(found.map(([key, value]) => [key.slice('param_'.length), value]))
}

function endOf(file: string): string {
  if (!existsSync(file)) return ''
  const size = statSync(file).size
  const bytes = Buffer.alloc(Math.min(size, consoleBytesMax))
  const handle = openSync(file, 'r')
  readSync(handle, bytes, 0, bytes.length, size - bytes.length)
  closeSync(handle)
  return bytes.toString('utf8')
}

function words(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem)
}
