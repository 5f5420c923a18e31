import type { AppPlan, ComputeKind } from '@slipway/manifest'
import { expect, test } from 'vitest'
import { chooseCompute } from './choose-compute.ts'

type Kind = AppPlan['services'][number]['kind']

const plan = (kind: ComputeKind, isNamed: boolean, ...services: Kind[]) => ({
  compute: { kind, isNamed },
  services: services.map((of, index) => ({
    name: `service-${index}`,
    root: '',
    run: '',
    kind: of,
    disks: [],
    canary: null,
    cron: null,
    hooks: null,
    why: [],
  })),
})
const choose = (compute: ComputeKind | null, asked: ReturnType<typeof plan>) =>
  chooseCompute({ name: 'production', compute }, asked)

test.each([
  ['a new environment is what is asked for', null, plan('static', false, 'static'), 'static'],
  ['a new environment of an app that runs is a server', null, plan('server', false, 'web'), 'server'],
  ['a site stays on the server that it has', 'server', plan('static', false, 'static'), 'server'],
  ['a site stays a site', 'static', plan('static', false, 'static'), 'static'],
] as const)('%s', (_, compute, asked, kind) => {
  expect(choose(compute, asked)).toEqual({ kind })
})

test.each([
  ['what runs cannot go to a site', 'static', plan('server', false, 'static', 'worker'), 'service-1 runs'],
  ['nor can what asks for a disk', 'static', plan('server', false, 'static'), 'a disk, a size'],
  [
    'a kind that is named is not exchanged',
    'server',
    plan('static', true, 'static'),
    'slipway.yaml names it',
  ],
  ['nor is a function', 'server', plan('function', true, 'web'), 'slipway.yaml names it'],
  ['nor the other way round', 'static', plan('server', true, 'static'), 'slipway.yaml names it'],
] as const)('%s', (_, compute, asked, what) => {
  expect(choose(compute, asked)).toMatchObject({
    error: { code: 'environment-other-kind', what: expect.stringContaining(what) },
  })
})
