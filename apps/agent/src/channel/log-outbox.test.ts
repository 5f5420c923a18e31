import { stoppedClock } from '@slipway/core'
import type { AgentMessage } from '@slipway/protocol'
import { describe, expect, it } from 'vitest'
import { LogOutbox } from './log-outbox.ts'

const clock = stoppedClock(new Date('2026-11-25T10:00:00Z'))
const stream = 'build:exe_1234'
type Logs = Extract<AgentMessage, { type: 'logs' }>

function connected(outbox: LogOutbox) {
  const sent: Logs[] = []
  outbox.connected((message) => sent.push(message) > 0)
  return sent
}
const texts = (sent: Logs[]) => sent.flatMap(({ lines }) => lines.map(({ text }) => text))

describe('log lines', () => {
  it('are said again, in the same chunks, until they are stored', () => {
    const outbox = new LogOutbox(clock)
    outbox.write(stream, [{ text: 'a' }, { text: 'b' }])
    const first = connected(outbox)
    outbox.disconnected()
    const second = connected(outbox)
    expect(second).toEqual(first)
    outbox.stored(second[0]?.source ?? '', second[0]?.sequence ?? -1)
    expect(connected(outbox)).toEqual([])
  })

  it('that nobody takes are dropped at a limit, and a line says how many', () => {
    const outbox = new LogOutbox(clock)
    for (let i = 0; i < 3000; i++) outbox.write(stream, [{ text: 'x'.repeat(8000) }])
    expect(outbox.hasRoom()).toBe(false)
    const sent = connected(outbox)
    for (const { source, sequence } of sent) outbox.stored(source, sequence)
    expect(texts(sent).length).toBeLessThan(1100)
    outbox.write(stream, [{ text: 'later' }])
    const after = connected(outbox)
    expect(texts(after)).toEqual([expect.stringMatching(/^… \d+ lines were dropped/), 'later'])
  })

  it('tell their writer once the last of them is stored', () => {
    const outbox = new LogOutbox(clock)
    let stored = 0
    outbox.write(
      stream,
      Array.from({ length: 1200 }, (_, i) => ({ text: String(i) })),
      () => stored++,
    )
    const sent = connected(outbox)
    expect(sent.length).toBe(3)
    for (const { source, sequence } of sent.slice(0, -1)) outbox.stored(source, sequence)
    expect(stored).toBe(0)
    const last = sent.at(-1)
    outbox.stored(last?.source ?? '', last?.sequence ?? -1)
    expect(stored).toBe(1)
  })

  it('of another start of the agent are not mistaken for ours', () => {
    const outbox = new LogOutbox(clock)
    outbox.write(stream, [{ text: 'a' }])
    connected(outbox)
    outbox.stored(crypto.randomUUID(), 0)
    expect(connected(outbox)).toHaveLength(1)
  })
})
