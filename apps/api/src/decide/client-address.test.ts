import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

test.each([
  ['a direct peer', '203.0.113.9', null, '203.0.113.9'],
  ['a direct peer that pretends to be a router', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['our router', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
  [
    'our router, and a client that made up an address before it',
    '::ffff:10.0.0.3',
    '1.1.1.1, 198.51.100.1',
    '198.51.100.1',
  ],
  ['our router without the header', '::1', null, '::1'],
])('%s', (_, peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded)).toBe(expected)
})
