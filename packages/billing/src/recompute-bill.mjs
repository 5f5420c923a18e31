// Recomputes a Slipway bill from the minutes that were downloaded, with nothing but Node:
//   node recompute-bill.mjs slipway-minutes-2026-11.csv
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)
const minutes = lines.filter((line) => !line.startsWith('#'))
const told = (name) =>
  lines.filter((line) => line.startsWith(`# ${name},`)).map((line) => line.slice(2).split(',').slice(1))
const span = ([what, from, until]) => ({ what, from: Date.parse(from), until: Date.parse(until) })

const [[start, end]] = told('month')
const [[minutePrice, freeMinutes]] = told('minute')
const [[ceiling]] = told('ceiling')
const plans = told('plan').map(span)
const seats = told('seats').map(span)

// Usage: each minute of a mask that fell under the usage plan.
let awake = 0
for (const line of minutes) {
  const [, hour, mask] = line.split(',')
  const bits = BigInt(`0x${mask}`)
  for (let minute = 0; minute < 60; minute++) {
    const at = Date.parse(hour) + minute * 60_000
    const onUsage = plans.some((plan) => plan.what === 'usage' && plan.from <= at && at < plan.until)
    if (onUsage && (bits >> BigInt(minute)) & 1n) awake++
  }
}
const usage = BigInt(Math.max(0, awake - freeMinutes)) * BigInt(minutePrice)

// Seats: each minute under the seats plan is its share of what so many seats cost a month.
const monthly = (count) => {
  let sum = 0n
  let below = 0
  for (const [upTo, price] of told('seat')) {
    sum += BigInt(Math.max(0, Math.min(count, Number(upTo)) - below)) * BigInt(price)
    below = Number(upTo)
  }
  return sum < BigInt(ceiling) ? sum : BigInt(ceiling)
}
let seatMinutes = 0n
for (const plan of plans.filter(({ what }) => what === 'seats'))
  for (const { what, from, until } of seats) {
    const shared = (Math.min(plan.until, until) - Math.max(plan.from, from)) / 60_000
    if (shared > 0) seatMinutes += BigInt(shared) * monthly(Number(what))
  }
const perSeat = seatMinutes / BigInt((Date.parse(end) - Date.parse(start)) / 60_000)

// Each line is rounded once, down to the cent.
const cents = Number(usage / 10_000n + perSeat / 10_000n)
const digest = createHash('sha256')
  .update(minutes.map((line) => `${line}\n`).join(''))
  .digest('hex')
console.log(JSON.stringify({ awakeMinutesOnUsage: awake, cents, digest }))
