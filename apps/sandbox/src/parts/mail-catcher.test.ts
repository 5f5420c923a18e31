import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startMailCatcher } from './mail-catcher.ts'
import { freePort } from './ready.ts'

const state = mkdtempSync(join(tmpdir(), 'slipway-mails-'))
afterAll(() => rmSync(state, { recursive: true, force: true }))

test('a mail is caught, is there after a restart, and can be cleared', async () => {
  const port = await freePort()
  const first = await startMailCatcher({ state, port })
  await send(port, 'ada@example.com', 'Verify your address', 'Open http://localhost:4700/verify?token=abc')
  expect(first.list()).toMatchObject([{ to: ['ada@example.com'], subject: 'Verify your address' }])
  await first.stop()
  const second = await startMailCatcher({ state, port })
  await send(port, 'bob@example.com', 'Later', 'text')
  expect(second.list().map(({ subject }) => subject)).toEqual(['Later', 'Verify your address'])
  second.clear()
  expect(second.list()).toEqual([])
  await second.stop()
})

function send(port: number, to: string, subject: string, text: string): Promise<void> {
  const lines = [
    'EHLO test',
    'MAIL FROM:<slipway@localhost>',
    `RCPT TO:<${to}>`,
    'DATA',
    `Subject: ${subject}\r\n\r\n${text}\r\n.`,
    'QUIT',
  ]
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', reject)
    socket.on('close', () => resolve())
    // Each answer's last line has a blank after its number.
    socket.on(
      'data',
      (chunk) => /^\d{3} /m.test(chunk.toString()) && socket.write(`${lines.shift() ?? ''}\r\n`),
    )
  })
}
