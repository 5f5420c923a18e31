import { asId, type EnvironmentId } from '@slipway/core'
import type { EventOf } from '../decide/event.ts'
import type { CheckAsked } from '../decide/execution.ts'

export type Stages = EventOf<'received'>['stages']

export const environmentId = (name: string): EnvironmentId =>
  asId('environment', `env_${name.padEnd(4, '0')}`)

const hour = 3600
const limits = {
  approve: 24 * hour,
  window: 30 * 24 * hour,
  bake: 2 * hour,
  run: hour,
  hook: hour,
  generate: hour,
  rehearse: hour,
}
type CheckKind = keyof typeof limits

const check = (kind: CheckKind): CheckAsked => ({
  kind,
  words: kind,
  mayAct: 'Slipway',
  isStep: kind === 'run' || kind === 'generate' || kind === 'rehearse',
  limitSeconds: limits[kind],
  ask: {},
})

type Checks = { before?: CheckKind[]; after?: CheckKind[] }

export const wave = (names: string[], limit = names.length, { before = [], after = [] }: Checks = {}) => ({
  limit,
  before: before.map(check),
  targets: names.map((name) => ({ environmentId: environmentId(name), name })),
  after: after.map(check),
})

export const stage = (
  name: string,
  waves: Stages[number]['waves'],
  { before = [], after = [] }: Checks = {},
): Stages[number] => ({ name, before: before.map(check), waves, after: after.map(check) })

/** Pipelines of which a run has one: from the least to one with every kind of step and gate in every place. */
export const shapes: readonly Stages[] = [
  [stage('production', [wave(['east'])])],
  [stage('staging', [wave(['beta'])]), stage('production', [wave(['east', 'west', 'south'], 2)])],
  [
    stage('staging', [wave(['beta'])], { after: ['run', 'approve'] }),
    stage('production', [wave(['onebox'], 1, { after: ['bake'] }), wave(['east', 'west'])], {
      before: ['window', 'run'],
    }),
  ],
  [
    stage('production', [wave(['east', 'west', 'south'], 3, { after: ['bake'] })], {
      before: ['approve', 'window', 'hook'],
    }),
  ],
  [
    stage(
      'production',
      [wave(['onebox']), wave(['east', 'west'], 2, { before: ['window'], after: ['run'] })],
      {
        after: ['bake'],
      },
    ),
  ],
  [
    stage('staging', [wave(['beta', 'gamma'])], { after: ['rehearse'] }),
    stage('production', [wave(['east', 'west'], 2, { after: ['rehearse', 'bake'] })]),
  ],
  [
    stage('staging', [wave(['beta'])]),
    stage('generate-2', [], { before: ['generate'] }),
    stage('production', [wave(['east'])]),
  ],
]

/** What a step may generate, all of it or less. */
const generated: Stages = [
  stage('europe', [wave(['europe'])], { before: ['approve'] }),
  stage('asia', [wave(['asia', 'japan'], 1, { after: ['bake'] })]),
]

/** So many of them, from none. */
export const generatedOf = (count: number): Stages => generated.slice(0, count)
export const generatedMax = generated.length

/** A pipeline with all that its steps may generate. */
export function withGenerated(stages: Stages): Stages {
  const isGenerating = stages.some(({ before }) => before.some(({ kind }) => kind === 'generate'))
  return isGenerating ? [...stages, ...generated] : stages
}
