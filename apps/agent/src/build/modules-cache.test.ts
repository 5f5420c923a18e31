import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { homeOf } from '../home.ts'
import { restoreModules, storeModules } from './modules-cache.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-modules-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function checkout(name: string, lock: string): string {
  const folder = path.join(root, name)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'package.json'), '{}')
  writeFileSync(path.join(folder, 'package-lock.json'), lock)
  return folder
}
function install(folder: string): void {
  mkdirSync(path.join(folder, 'node_modules/a'), { recursive: true })
  writeFileSync(path.join(folder, 'node_modules/a/index.js'), 'original')
}
const of = (folder: string, more: Partial<Parameters<typeof restoreModules>[0]> = {}) => ({
  home: homeOf(root),
  folder,
  command: 'npm ci',
  runtime: '24.0.0',
  say: () => {},
  ...more,
})

describe('node_modules', () => {
  it('of the same lockfile are not installed again, and what a build does to its own changes no other’s', async () => {
    const first = checkout('first', 'lock 1')
    install(first)
    await storeModules(of(first))
    writeFileSync(path.join(first, 'node_modules/a/index.js'), 'patched')
    const second = checkout('second', 'lock 1')
    expect(await restoreModules(of(second))).toBe(true)
    expect(readFileSync(path.join(second, 'node_modules/a/index.js'), 'utf8')).toBe('original')
  })

  it('come from the cache for the command that detection writes', async () => {
    const command = 'npm ci --include=dev --no-audit --no-fund'
    const first = checkout('first', 'lock 1')
    install(first)
    await storeModules(of(first, { command }))
    expect(await restoreModules(of(checkout('second', 'lock 1'), { command }))).toBe(true)
  })

  it.each([
    ['another lockfile', 'lock 2', {}],
    ['another runtime', 'lock 1', { runtime: '22.0.0' }],
    ['a command that is not an installation from the lockfile', 'lock 1', { command: 'npm install' }],
    ['a command that does more', 'lock 1', { command: 'npm ci && npm run patch' }],
  ])('are installed for %s', async (_, lock, more) => {
    const first = checkout('first', 'lock 1')
    install(first)
    await storeModules(of(first))
    const second = checkout('second', lock)
    expect(await restoreModules(of(second, more))).toBe(false)
    expect(existsSync(path.join(second, 'node_modules'))).toBe(false)
  })
})
