import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { hostFacts, scriptOf } from './user-data.ts'

const file = '{"kind":"host","gatePort":4801,"disks":[{"name":"data","device":"/dev/sdf","path":"/data"}]}'
const encoded = (script: string | Buffer) => Buffer.from(script).toString('base64')

test.each([
  ['on one line', `#!/bin/sh\ncat > /etc/slipway/host.json <<'J'\n${file}\nJ\n`],
  [
    'over several lines',
    `#!/bin/sh\ncat > f <<'J'\n${JSON.stringify(JSON.parse(file), undefined, 2)}\nJ\necho done\n`,
  ],
  ['in quotes', `#!/bin/sh\nprintf '%s' '${file}' > /etc/slipway/host.json\n`],
])('gate and disks are found in the JSON of the user data, %s', (_, script) => {
  const facts = hostFacts(encoded(script))
  expect(facts).toEqual({ gatePort: 4801, disks: [{ device: '/dev/sdf', path: '/data' }] })
})

test('an instance that is not of Slipway has neither gate nor disks', () => {
  expect(hostFacts(encoded('#!/bin/sh\necho hello\n'))).toEqual({ disks: [] })
  expect(hostFacts('')).toEqual({ disks: [] })
})

test('user data that was zipped is unzipped, as cloud-init does', () => {
  expect(scriptOf(encoded(gzipSync('#!/bin/sh\n'))).toString()).toBe('#!/bin/sh\n')
})
