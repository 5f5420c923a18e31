import { newId } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { servicesMinute } from './services-minute.ts'

const web = newId('service')
const latency = new Array<number>(14).fill(0)
const before = { at: new Date('2026-11-25T10:00:00Z'), ticks: new Map([['old', 1000]]) }
const old = {
  key: 'old',
  serviceId: web,
  startedAt: new Date('2026-11-24T10:00:00Z'),
  cpuTicks: 1300,
  memoryBytes: 10,
}
const fresh = { ...old, key: 'fresh', startedAt: new Date('2026-11-25T10:00:30Z'), cpuTicks: 200 }
const noRequests = (serviceId: typeof web) => ({ serviceId, requests: 0, errors: 0, latency })
const requests = [{ serviceId: web, requests: 7, errors: 1, latency }]

describe('the minute of a service', () => {
  it('is what its process used since it was last looked at', () => {
    expect(servicesMinute({ processes: [old], requests, noRequests, before })).toEqual([
      { serviceId: web, requests: 7, errors: 1, latency, cpuMilliseconds: 3000, memoryBytes: 10 },
    ])
  })

  it('is one of both processes while it is deployed, with its requests counted once', () => {
    expect(servicesMinute({ processes: [old, fresh], requests, noRequests, before })).toEqual([
      { serviceId: web, requests: 7, errors: 1, latency, cpuMilliseconds: 5000, memoryBytes: 20 },
    ])
  })

  it('has no peak from what a process used before the agent was there', () => {
    const adopted = { ...old, key: 'adopted', cpuTicks: 900_000 }
    const [row] = servicesMinute({ processes: [adopted], requests: [], noRequests, before })
    expect(row).toMatchObject({ cpuMilliseconds: 0, requests: 0 })
  })

  it('keeps requests that found no process', () => {
    expect(servicesMinute({ processes: [], requests, noRequests, before })).toMatchObject([
      { serviceId: web, errors: 1, memoryBytes: 0 },
    ])
  })
})
