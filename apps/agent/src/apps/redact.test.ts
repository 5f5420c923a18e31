import { expect, it } from 'vitest'
import { redactor } from './redact.ts'

const redact = redactor([
  ['KEY', 'p@ss word!'],
  ['LONG', 'p@ss word! and more'],
  ['SHORT', 'on'],
  ['PEM', '-----BEGIN KEY-----\nMIIBVAIBADANBgkqhkiG9w0\n-----END KEY-----'],
])

it.each([
  ['the key is p@ss word!', 'the key is [KEY]'],
  ['?key=p%40ss%20word!&', '?key=[KEY]&'],
  ['cEBzcyB3b3JkIQ==', '[KEY]'],
  ['p@ss word! and more', '[LONG]'],
  ['MIIBVAIBADANBgkqhkiG9w0', '[PEM]'],
  ['turned on', 'turned on'],
])('%s becomes %s', (line, cut) => {
  expect(redact(line)).toBe(cut)
})
