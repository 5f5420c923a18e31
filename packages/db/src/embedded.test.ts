import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('a process that can start a server still ends with its own code', () => {
  const server = JSON.stringify(new URL('embedded.ts', import.meta.url).href)
  const ended = spawnSync(process.execPath, [
    '--input-type=module',
    '--eval',
    `await import(${server}); process.exitCode = 3`,
  ])
  expect([ended.status, String(ended.stderr)]).toEqual([3, ''])
})
