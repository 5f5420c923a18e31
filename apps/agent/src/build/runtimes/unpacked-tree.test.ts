import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { before, settleLinks } from './unpacked-tree.ts'

let root: string
let tree: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-tree-'))
  tree = path.join(root, 'tree')
  mkdirSync(path.join(tree, 'usr/lib'), { recursive: true })
  writeFileSync(path.join(tree, 'usr/lib/a.so.1.2'), 'a')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))
const link = (target: string, name: string) => symlinkSync(target, path.join(tree, 'usr/lib', name))
const linkOf = (name: string) => readlinkSync(path.join(tree, 'usr/lib', name))

it('a link to a link leads to the file itself', async () => {
  link('a.so.1.2', 'a.so.1')
  link('a.so.1', 'a.so')
  await settleLinks(tree)
  expect([linkOf('a.so'), linkOf('a.so.1')]).toEqual(['a.so.1.2', 'a.so.1.2'])
})

it('an absolute link means what lies in the tree', async () => {
  link('/usr/lib/a.so.1.2', 'b.so')
  await settleLinks(tree)
  expect(linkOf('b.so')).toBe('a.so.1.2')
})

it('a file of the machine is copied, and a link that leads nowhere goes', async () => {
  writeFileSync(path.join(root, 'certificates.pem'), 'certificates')
  link(path.join(root, 'certificates.pem'), 'certificates.pem')
  link('none', 'nowhere')
  await settleLinks(tree)
  expect(readdirSync(path.join(tree, 'usr/lib')).sort()).toEqual(['a.so.1.2', 'certificates.pem'])
  expect(readFileSync(path.join(tree, 'usr/lib/certificates.pem'), 'utf8')).toBe('certificates')
})

it.each([
  [undefined, '/own'],
  ['/theirs', '/own:/theirs'],
  ['/other:/own', '/other:/own'],
])('a path goes first into a variable that is %s, once', (value, expected) => {
  const script = `${before('WHERE', '/own')}\nprintf %s "$WHERE"`
  const env = value === undefined ? {} : { WHERE: value }
  expect(execFileSync('/bin/sh', ['-c', script], { env, encoding: 'utf8' })).toBe(expected)
})
