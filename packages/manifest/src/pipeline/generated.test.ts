import { array, assert, constantFrom, option, property, record, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plan } from '../plan.ts'
import { treeOf } from '../tree.ts'
import { planGenerated } from './generated.ts'
import type { Grant, PlannedStage } from './pipeline-plan.ts'

const own = { account: 'dev', region: 'eu-west-1' }

/** What the manifest's own entry `generate` may say. */
async function grantOf(pipeline: string): Promise<Grant> {
  const result = await plan(treeOf({ 'slipway.yaml': `services: { web: { run: x } }\n${pipeline}` }))
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  const [check] = result.plan.pipeline?.stages.flatMap(({ before }) => before.filter(isGenerate)) ?? []
  if (check === undefined) throw new Error('nothing is generated')
  return check.grant
}
const isGenerate = (check: PlannedStage['before'][number]) => check.kind === 'generate'

const anywhere: Grant = { accounts: [null, 'prod'], regions: [null, 'us-east-1'], gates: [], depth: 1 }
const generated = (text: string, grant: Grant = anywhere, others: string[] = ['staging', 'generate-2']) =>
  planGenerated(text, { grant, name: 'generate-2', others, own })
const codes = (text: string, grant?: Grant, others?: string[]) => {
  const result = generated(text, grant, others)
  return result.ok ? [] : result.problems.map(({ code, place }) => `${place?.line ?? 0} ${code}`)
}

describe('what an entry may generate', () => {
  test('is where the stages of its own pipeline are, and in the app’s own place', async () => {
    expect(
      await grantOf(
        'pipeline: [{ stage: a, account: dev, region: eu-west-1 }, { generate: x }, { stage: b, account: prod, waves: [{ regions: [us-east-1] }] }]',
      ),
    ).toEqual({
      accounts: [null, 'dev', 'prod'],
      regions: [null, 'eu-west-1', 'us-east-1'],
      gates: [],
      depth: 1,
    })
  })

  test('is what it says, where it says so, behind the gates that it names', async () => {
    expect(
      await grantOf(
        'pipeline: [{ stage: a }, { generate: x, accounts: [prod], regions: [us-east-1], gates: [{ approve: true }] }]',
      ),
    ).toMatchObject({ accounts: ['prod'], regions: ['us-east-1'], gates: [{ kind: 'approve' }] })
  })
})

describe('generated stages', () => {
  test('are read as YAML or JSON, with the defaults of a manifest', () => {
    const yaml =
      '- stage: eu\n  account: prod\n  after: [{ test: npm run e2e }]\n- stage: us\n  region: us-east-1\n'
    const json = JSON.stringify([
      { stage: 'eu', account: 'prod', after: [{ test: 'npm run e2e' }] },
      { stage: 'us', region: 'us-east-1' },
    ])
    const result = generated(yaml)
    expect(result).toMatchObject({
      ok: true,
      stages: [
        {
          name: 'eu',
          account: 'prod',
          line: 2,
          waves: [{ regions: null }],
          after: [{ kind: 'test', line: 3 }],
        },
        { name: 'us', account: null, waves: [{ regions: ['us-east-1'], line: 5 }] },
      ],
    })
    expect(generated(json)).toMatchObject({ ok: true, stages: [{ name: 'eu' }, { name: 'us' }] })
  })

  test.each(['', '[]', '# nothing today\n'])('may be none: %j', (text) => {
    expect(generated(text)).toEqual({ ok: true, stages: [] })
  })

  test('stand behind the gates of their entry, and cannot take them away', () => {
    const gates: Grant['gates'] = [
      { line: 9, kind: 'approve', by: [], notAuthors: false, expiresSeconds: 60 },
    ]
    const result = generated('[{ stage: eu, before: [{ run: ./warm }] }, { stage: us, before: [] }]', {
      ...anywhere,
      gates,
    })
    expect(result.ok && result.stages.map(({ before }) => before.map(({ kind }) => kind))).toEqual([
      ['approve', 'run'],
      ['approve'],
    ])
  })

  test('may generate in turn, under names of their own, three deep', () => {
    const text = '[{ stage: eu }, { generate: ./more, gates: [{ approve: true }] }]'
    const result = generated(text)
    expect(result).toMatchObject({ ok: true, stages: [{}, { name: 'generate-2-2', waves: [] }] })
    const [inner] = result.ok ? (result.stages[1]?.before.filter(isGenerate) ?? []) : []
    expect(inner?.grant).toMatchObject({ ...anywhere, depth: 2, gates: [{ kind: 'approve' }] })
    expect(codes(text, { ...anywhere, depth: 2 })).toEqual([])
    expect(codes(text, { ...anywhere, depth: 3 })).toEqual(['1 generated-too-deep'])
  })

  test('that are no stages are refused like a manifest, at their line', () => {
    expect(codes('- stage: eu\n  acount: prod')).toEqual(['2 manifest-unknown-field'])
    expect(codes('stage: eu')).toEqual(['1 manifest-wrong-value'])
    expect(codes('> shop@1.0.0 pipeline\n- stage: eu')).toEqual(['1 manifest-not-yaml'])
    expect(codes(`# ${'x'.repeat(262_144)}`)).toEqual(['0 manifest-too-large'])
    const result = generated('- stage: eu\n  acount: prod')
    expect(result.ok ? [] : result.problems).toMatchObject([
      { place: { file: 'generated.yaml', column: 3 }, nearest: 'account' },
    ])
  })

  test('that ask for more than they may are refused, at their line', () => {
    const narrow = { ...anywhere, accounts: ['prod'], regions: ['us-east-1'] }
    expect(codes('- stage: eu\n  account: other\n  region: us-east-1')).toEqual(['2 generated-outside-grant'])
    expect(codes('- stage: eu\n  waves:\n    - regions: [us-east-1, us-west-2]')).toEqual([
      '3 generated-outside-grant',
    ])
    // Left out, they are the app's own, which is not among these.
    expect(codes('- stage: eu', narrow)).toEqual(['1 generated-outside-grant', '1 generated-outside-grant'])
    expect(codes('- stage: us\n  account: prod\n  region: us-east-1', narrow)).toEqual([])
    expect(codes('- generate: ./more\n  accounts: [other]')).toEqual(['1 generated-outside-grant'])
    expect(codes('- { stage: a, account: dev, region: eu-west-1 }')).toEqual([])
  })

  test('may not be called like others, nor be more than an execution holds', () => {
    expect(codes('- stage: staging')).toEqual(['1 generated-name-taken'])
    expect(codes('- stage: eu\n- stage: eu')).toEqual(['2 manifest-wrong-value'])
    const many = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, index) => ({ stage: `s${index}` })))
    expect(codes(many(48))).toEqual([])
    expect(codes(many(49))).toEqual(['0 generated-too-many'])
  })
})

/** Truth 12 of a pipeline: grant(generated) ⊆ grant(parent), however deep, whatever is printed. */
test('what is generated never holds more than what generates it', () => {
  const account = constantFrom('dev', 'prod', 'other')
  const region = constantFrom('eu-west-1', 'us-east-1', 'us-west-2')
  const gate = constantFrom({ approve: true }, { run: './check' })
  const entry = record(
    {
      kind: constantFrom('stage', 'generate'),
      account: option(account, { nil: undefined }),
      regions: option(uniqueArray(region, { minLength: 1 }), { nil: undefined }),
      accounts: option(uniqueArray(account, { minLength: 1 }), { nil: undefined }),
      gates: option(array(gate, { maxLength: 2 }), { nil: undefined }),
    },
    { requiredKeys: ['kind'] },
  )
  const grant = record({
    accounts: uniqueArray(option(account), { minLength: 1 }),
    regions: uniqueArray(option(region), { minLength: 1 }),
    depth: constantFrom(1, 2, 3),
    gates: constantFrom<Grant['gates']>(
      [],
      [{ line: 1, kind: 'approve', by: [], notAuthors: false, expiresSeconds: 60 }],
    ),
  })
  const places = ({ accounts, regions }: Pick<Grant, 'accounts' | 'regions'>) =>
    accounts.flatMap((one) => regions.map((other) => `${one ?? own.account} ${other ?? own.region}`))
  let accepted = 0
  assert(
    property(array(entry, { minLength: 1, maxLength: 3 }), grant, (entries, parent) => {
      const text = JSON.stringify(
        entries.map(({ kind, account, regions, accounts, gates }, index) =>
          kind === 'stage'
            ? { stage: `s${index}`, account, regions, before: gates }
            : { generate: './more', accounts, regions, gates },
        ),
      )
      const result = planGenerated(text, { grant: parent, name: 'generate-1', others: [], own })
      if (!result.ok) return
      accepted += 1
      for (const { account: asked, waves, before } of result.stages) {
        const inner = before.filter(isGenerate)
        for (const { grant: child } of inner) {
          expect(places(parent)).toEqual(expect.arrayContaining(places(child)))
          expect(child.gates.slice(0, parent.gates.length)).toEqual(parent.gates)
          expect(child.depth).toBe(parent.depth + 1)
        }
        if (inner.length > 0) continue
        const asks = { accounts: [asked], regions: waves.flatMap(({ regions }) => regions ?? [null]) }
        expect(places(parent)).toEqual(expect.arrayContaining(places(asks)))
        expect(before.slice(0, parent.gates.length)).toEqual(parent.gates)
      }
    }),
    { numRuns: 3000 },
  )
  expect(accepted).toBeGreaterThan(300)
})
