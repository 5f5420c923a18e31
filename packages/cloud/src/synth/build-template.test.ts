import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { refuseTemplate } from '../decide/refuse-template.ts'
import { buildTemplate } from './build-template.ts'
import { exampleStacks } from './example-stacks.ts'
import { openSynthesis } from './synthesise.ts'
import { templateRevision } from './template-revision.ts'

const built = exampleStacks().map((stack) => ({ stack, text: buildTemplate(stack) }))

test('templates that are made differently have a new revision', () => {
  const digests = built.map(({ stack, text }) => [
    stack.name,
    createHash('sha256').update(text).digest('hex').slice(0, 16),
  ])
  expect({ templateRevision, ...Object.fromEntries(digests) }).toMatchSnapshot()
})

test.each(built)(
  '$stack.name is tagged as ours, asks for no bootstrapping, and may go out',
  ({ stack, text }) => {
    expect(text).toContain('"slipway:managed"')
    expect(text).not.toMatch(/BootstrapVersion|AssetParameters|aws:cdk/)
    expect(
      refuseTemplate(JSON.parse(text), 'boundaryArn' in stack.config ? stack.config.boundaryArn : ''),
    ).toEqual([])
  },
)

test('the bucket forgets by itself what steps kept, and no release', () => {
  const base = built.find(({ stack }) => stack.kind === 'base')
  const { Bucket } = JSON.parse(base?.text ?? '{}').Resources
  const rules: Record<string, unknown>[] = Bucket.Properties.LifecycleConfiguration.Rules
  const expiring = rules.filter((rule) => 'ExpirationInDays' in rule)
  expect(expiring).toMatchObject([{ Prefix: 'artifacts/', Status: 'Enabled', ExpirationInDays: 60 }])
})

test('the thread gives the same text as this one, and tells what is wrong with a request', async () => {
  const synthesis = openSynthesis()
  const [first] = built
  if (!first) throw new Error('no example')
  await expect(synthesis.template({ ...first.stack, name: 'not a name!' })).rejects.toThrow(
    /template could not be made/,
  )
  expect(await synthesis.template(first.stack)).toBe(first.text)
  await synthesis.close()
}, 60_000)
