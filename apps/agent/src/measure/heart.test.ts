import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { newId } from '@slipway/core'
import type { AgentMessage } from '@slipway/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Boot, monotonicSeconds, openBoot } from '../identity/boot.ts'
import { Heart, type Running } from './heart.ts'

type Alive = Extract<AgentMessage, { type: 'alive' }>
const serviceId = newId('service')
let folder: string
let boot: Boot
let running: Running[]
let heart: Heart
let sent: Alive[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-heart-'))
  boot = {
    id: crypto.randomUUID(),
    sequence: 0,
    acknowledgedSeconds: monotonicSeconds() - 500,
    isGoingOn: true,
  }
  running = [{ serviceId, runningSeconds: 10_000 }]
  heart = new Heart(boot, path.join(folder, 'boot.json'), () => running)
  sent = []
  heart.connected((message) => sent.push(message) > 0)
})
afterEach(async () => {
  heart.disconnected()
  await heart.last(0)
  rmSync(folder, { recursive: true, force: true })
})
const claimed = () => sent.map(({ services }) => services[0]?.seconds)

describe('a heartbeat', () => {
  it('says at once what was not acknowledged, and again until it is', () => {
    heart.beat()
    expect(claimed()).toEqual([500, 500])
    heart.stored(boot.id, sent[1]?.sequence ?? -1)
    heart.beat()
    expect(claimed()[2]).toBe(0)
  })

  it('never says the same number twice', () => {
    heart.beat()
    heart.beat()
    expect(new Set(sent.map(({ sequence }) => sequence)).size).toBe(3)
  })

  it('takes no acknowledgement of another boot', () => {
    heart.stored(crypto.randomUUID(), sent[0]?.sequence ?? -1)
    heart.beat()
    expect(claimed()[1]).toBe(500)
  })

  it('goes on for a service whose process was replaced', () => {
    running = [{ serviceId, runningSeconds: 1 }]
    heart.beat()
    expect(claimed()[1]).toBe(500)
  })

  it('says nothing when nothing runs', () => {
    running = []
    heart.beat()
    expect(sent).toHaveLength(1)
  })
})

it('a boot is the same for the next start of the agent, with higher numbers and what was acknowledged', async () => {
  const file = path.join(folder, 'other.json')
  const first = await openBoot(file)
  const second = await openBoot(file)
  expect(first.isGoingOn).toBe(false)
  expect(second).toMatchObject({
    id: first.id,
    isGoingOn: true,
    acknowledgedSeconds: first.acknowledgedSeconds,
  })
  expect(second.sequence).toBeGreaterThan(first.sequence)
})
