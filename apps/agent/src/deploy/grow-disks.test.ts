import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { growDisks } from './grow-disks.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-grow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** The program as its manual describes it, with one disk that grows, one that need not, and one of another kind. */
const program = `#!/bin/sh
echo "$1" >> ${folder}/asked
case $1 in
  /data) echo 'data blocks changed from 2097152 to 5242880' ;;
  /full) echo 'data size unchanged, skipping' ;;
  *) echo "xfs_growfs: $1 is not a mounted XFS filesystem" >&2; exit 1 ;;
esac
`

test('each disk is let grow, it is said which did, and one that cannot holds nothing up', async () => {
  writeFileSync(path.join(folder, 'xfs_growfs'), program)
  chmodSync(path.join(folder, 'xfs_growfs'), 0o755)
  const said: string[] = []
  const disks = ['/other', '/full', '/data'].map((at) => ({ name: at.slice(1), path: at }))
  await growDisks(disks, { path: `${folder}:${process.env.PATH}`, say: (line) => said.push(line) })
  expect(readFileSync(path.join(folder, 'asked'), 'utf8')).toBe('/other\n/full\n/data\n')
  expect(said).toEqual(['The file system of the disk data grew to its volume.'])
})

test('a machine without the program is left as it is', async () => {
  await growDisks([{ name: 'data', path: '/data' }], {
    path: '/nowhere',
    say: (line) => {
      throw new Error(line)
    },
  })
})
