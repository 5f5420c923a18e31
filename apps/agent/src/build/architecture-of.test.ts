import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { architectureOf } from './architecture-of.ts'

let folder: string
const elf = (machine: number) =>
  Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(14), Buffer.from([machine, 0])])
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-elf-'))
  mkdirSync(path.join(folder, 'bin'))
  writeFileSync(path.join(folder, 'bin/x64'), elf(62))
  writeFileSync(path.join(folder, 'bin/arm64'), elf(183))
  writeFileSync(path.join(folder, 'bin/start.sh'), '#!/bin/sh\nexec node server.js\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const of = (...runs: string[]) =>
  architectureOf(
    folder,
    runs.map((run, i) => ({ name: `s${i}`, run })),
    'arm64',
  )

it.each([
  ['that of an executable', ['./bin/x64 --port 1'], 'x64'],
  ['that of an executable without a dot', ['bin/x64'], 'x64'],
  ['the runner’s for a script', ['./bin/start.sh'], 'arm64'],
  ['the runner’s for a program of the system', ['node server.js'], 'arm64'],
  ['the executable’s beside a script', ['node server.js', 'bin/x64'], 'x64'],
])('the architecture is %s', async (_, runs, architecture) => {
  expect(await of(...runs)).toBe(architecture)
})
it('two architectures in one release are refused', async () => {
  await expect(of('bin/x64', 'bin/arm64')).rejects.toMatchObject({
    fields: { code: 'build-mixed-architectures' },
  })
})
it('an executable that is not there is refused by its name', async () => {
  await expect(of('bin/none')).rejects.toMatchObject({
    fields: { code: 'build-no-executable', what: expect.stringContaining('bin/none') },
  })
})
