import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogTail, lastLines } from './tail-log.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-tail-'))
  file = path.join(folder, 'log')
  writeFileSync(file, '')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a tail', () => {
  it('reads whole lines, and a torn one when it is whole', () => {
    const tail = new LogTail(file)
    appendFileSync(file, 'one\ntw')
    expect(tail.read(true)).toEqual(['one'])
    appendFileSync(file, 'o\r\nthree')
    expect(tail.read(true)).toEqual(['two'])
    expect(tail.close()).toEqual(['three'])
  })

  it('goes on where an earlier one stopped, at the begin of a line', () => {
    appendFileSync(file, 'one\ntw')
    const first = new LogTail(file)
    first.read(true)
    const { offset } = first
    appendFileSync(file, 'o\n')
    expect(new LogTail(file, offset).read(true)).toEqual(['two'])
  })

  it('reads nothing while there is no room', () => {
    const tail = new LogTail(file)
    appendFileSync(file, 'one\n')
    expect(tail.read(false)).toEqual([])
    expect(tail.read(true)).toEqual(['one'])
  })

  it('does not tear a letter of several bytes', () => {
    const tail = new LogTail(file)
    const bytes = Buffer.from('größe\n')
    appendFileSync(file, bytes.subarray(0, 3))
    tail.read(true)
    appendFileSync(file, bytes.subarray(3))
    expect(tail.read(true)).toEqual(['größe'])
  })

  it('cuts a line that never ends', () => {
    const tail = new LogTail(file)
    appendFileSync(file, 'x'.repeat(20_000))
    const [line] = tail.read(true)
    expect(line).toMatch(/^x{8000}… \(12000 more characters\)$/)
  })
})

it('the last lines are those of the end, without empty ones', () => {
  appendFileSync(file, `${'old\n'.repeat(20_000)}a\n\nb\n`)
  expect(lastLines(file, 2)).toEqual(['a', 'b'])
  expect(lastLines(path.join(folder, 'none'), 2)).toEqual([])
})
