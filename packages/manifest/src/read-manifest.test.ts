import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { readManifest } from './read-manifest.ts'
import { fields, fieldsNotYet } from './schema.ts'

function problemsOf(text: string) {
  const result = readManifest(text)
  return result.ok
    ? []
    : result.problems.map(({ code, place, value, nearest }) => ({
        code,
        at: place && `${place.line}:${place.column}`,
        value,
        nearest,
      }))
}

test('an empty file, and one whose blocks are commented out, ask for nothing', () => {
  for (const text of ['', '# nothing\n', 'services:\n  # web:\n', 'env:\nsecrets:\n']) {
    const result = readManifest(text)
    expect(result.ok && Object.keys(result.manifest)).toEqual([])
  }
})

test('every problem is told at once, each with its line, column, value and the nearest name', () => {
  const text = [
    'servces: {}',
    'services:',
    '  web:',
    '    runn: node server.js',
    '    size: smal',
    '    disks:',
    '      data: { pth: /data, size: 20XB }',
    'env: { PORT: 80 }',
    'secrets: [KEY, { SESSION: generat }]',
  ].join('\n')
  expect(problemsOf(text)).toEqual([
    { code: 'manifest-unknown-field', at: '1:1', value: 'servces', nearest: 'services' },
    { code: 'manifest-unknown-field', at: '4:5', value: 'runn', nearest: 'run' },
    { code: 'manifest-wrong-value', at: '5:11', value: 'smal', nearest: 'small' },
    { code: 'manifest-unknown-field', at: '7:15', value: 'pth', nearest: 'path' },
    { code: 'manifest-wrong-value', at: '7:33', value: '20XB', nearest: undefined },
    { code: 'manifest-wrong-value', at: '8:8', value: 'PORT', nearest: undefined },
    { code: 'manifest-wrong-value', at: '9:27', value: 'generat', nearest: 'generate' },
  ])
})

const wrongTypes: [string, string][] = [
  ['- web', '1:1'],
  ['services: 3', '1:11'],
  ['services:\n  web: [x]', '2:8'],
  ['services:\n  web:\n    run: 3', '3:10'],
  ['services:\n  web:\n    size: [small]', '3:11'],
  ['services:\n  web:\n    health: yes please', '3:13'],
  ['services:\n  web:\n    health: { timeout: 3h }', '3:24'],
  ['services:\n  web:\n    root: ../other', '3:11'],
  ['services:\n  web:\n    disks: { data: { path: /etc } }', '3:28'],
  ['services:\n  Web: {}', '2:3'],
  ['env:\n  A: [1]', '2:6'],
  ['env: { 1A: x }', '1:8'],
  ['secrets: KEY', '1:10'],
  ['app: &a [*a]', '1:9'],
]
test.each(wrongTypes)('a value of a wrong type or form has its place: %j', (text, at) => {
  expect(problemsOf(text)).toMatchObject([{ code: 'manifest-wrong-value', at }])
})

test('what is not YAML, and a field that stands twice, have their place', () => {
  expect(problemsOf('services:\n  web: [a')).toMatchObject([{ code: 'manifest-not-yaml', at: '2:10' }])
  expect(problemsOf('app: a\napp: b')).toMatchObject([{ code: 'manifest-field-twice', at: '2:1' }])
})

test('what the manifest will have one day is refused as not supported yet, not as unknown', () => {
  const { manifest = [], service = [] } = fieldsNotYet
  for (const name of manifest) {
    expect(problemsOf(`${name}: x`)).toMatchObject([
      { code: 'manifest-not-supported-yet', at: '1:1', value: name },
    ])
  }
  for (const name of service) {
    expect(problemsOf(`services:\n  web:\n    ${name}: x`)).toMatchObject([
      { code: 'manifest-not-supported-yet', at: '3:5' },
    ])
  }
  expect(problemsOf('services:\n  web:\n    deploy: { strategy: rolling }')).toMatchObject([
    { code: 'manifest-not-supported-yet', at: '3:25' },
  ])
})

test('no field is both known and not supported yet', () => {
  const both = Object.entries(fields).flatMap(([level, known]) =>
    Object.entries(fieldsNotYet).flatMap(([other, names]) =>
      other === level ? known.filter((name) => names.includes(name)) : [],
    ),
  )
  expect(both).toEqual([])
})

test('a merge of what is no block is refused', () => {
  expect(problemsOf('%YAML 1.1\n---\n<<: ')).toMatchObject([{ code: 'manifest-not-yaml' }])
})

test('a file that is too large and one that unfolds without end are refused', () => {
  expect(problemsOf(`# ${'x'.repeat(300_000)}`)).toMatchObject([{ code: 'manifest-too-large' }])
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...[...'bcdefghi'].map(
      (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`).join(', ')}]`,
    ),
  ]
  expect(problemsOf(bomb.join('\n'))).toMatchObject([{ code: 'manifest-not-yaml' }])
})

test('an unknown field is found at its line and column wherever it stands', () => {
  assert(
    property(
      array(constantFrom('# words', ''), { maxLength: 20 }),
      integer({ min: 1, max: 8 }),
      integer({ min: 0, max: 5 }),
      (above, indent, before) => {
        const spaces = ' '.repeat(indent)
        const services = Array.from({ length: before }, (_, index) => `${spaces}s${index}: { run: x }`)
        const text = [
          ...above,
          'services:',
          ...services,
          `${spaces}web:`,
          `${spaces}${spaces}hezlth: /`,
        ].join('\n')
        const line = above.length + before + 3
        expect(problemsOf(text)).toEqual([
          {
            code: 'manifest-unknown-field',
            at: `${line}:${indent * 2 + 1}`,
            value: 'hezlth',
            nearest: 'health',
          },
        ])
      },
    ),
  )
})

test('no text whatever makes it throw, and each problem lies inside the text', () => {
  const parts = constantFrom(
    'services:',
    'web:',
    '  ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    'run: x',
    '&a',
    '*a',
    '!!str',
    ':',
    '"',
    '? ',
    '<<: ',
    '__proto__: ',
    '|\n',
    'env:',
    'null',
  )
  assert(
    property(
      array(
        constantFrom(parts, string()).chain((one) => one),
        { maxLength: 30 },
      ),
      (pieces) => {
        const text = pieces.join('')
        const result = readManifest(text)
        if (result.ok) return
        const lines = text.split('\n').length
        for (const { place } of result.problems) {
          expect(place?.line).toBeGreaterThanOrEqual(1)
          expect(place?.line).toBeLessThanOrEqual(lines)
          expect(place?.column).toBeGreaterThanOrEqual(1)
        }
      },
    ),
    { numRuns: 500 },
  )
})
