import { type MicroDollars, microDollarsPerDollar } from '@slipway/core'
import { z } from 'zod'
import type { Cost, CostLine } from './cost.ts'
import prices from './prices.json' with { type: 'json' }

/**
 * List prices of AWS on the day that `asOf` names, before tax, free tiers and credits. A region, type or amount
 * that is not in it is unknown, never free.
 */
const priceList = z
  .object({
    asOf: z.iso.date(),
    regions: z.record(
      z.string(),
      z.object({
        instanceHour: z.record(z.string(), z.number().nullable()),
        gp3GigabyteMonth: z.number().nullable(),
        gp3IopsMonthAbove3000: z.number().nullable(),
        gp2GigabyteMonth: z.number().nullable(),
        snapshotGigabyteMonth: z.number().nullable(),
        addressHour: z.number().nullable(),
        s3GigabyteMonth: z.number().nullable(),
        alarmMonth: z.number().nullable(),
        balancerHour: z.number().nullable(),
      }),
    ),
  })
  .parse(prices)

/** AWS bills by the second; a month of 730 hours is what its own estimates use. */
const hoursMonth = 730
const gp3IopsIncluded = 3000

/** An instance that runs all month. */
export function instanceLine(region: string, instanceType: string): CostLine {
  const hour = priceList.regions[region]?.instanceHour[instanceType]
  return { what: `${instanceType}, running all month`, microDollars: amount(hour, hoursMonth) }
}

/** An instance that ran so many minutes. AWS bills it by the second, so that minutes are as exact as they are measured. */
export function instanceMinutesLine(region: string, instanceType: string, minutes: number): CostLine {
  const hour = priceList.regions[region]?.instanceHour[instanceType]
  const counted = `${minutes.toLocaleString('en-US')} ${minutes === 1 ? 'minute' : 'minutes'}`
  return { what: `${instanceType}, ${counted}`, microDollars: amount(hour, minutes / 60) }
}

/** A volume, attached or not, its instance running or not. */
export function volumeLine(
  region: string,
  what: string,
  volume: { gigabytes: number; type: string; iops?: number | undefined },
): CostLine {
  const prices = priceList.regions[region]
  const size = amount(
    volume.type === 'gp3'
      ? prices?.gp3GigabyteMonth
      : volume.type === 'gp2'
        ? prices?.gp2GigabyteMonth
        : undefined,
    volume.gigabytes,
  )
  const iopsAbove = volume.type === 'gp3' ? Math.max(0, (volume.iops ?? 0) - gp3IopsIncluded) : 0
  const iops = iopsAbove === 0 ? 0n : amount(prices?.gp3IopsMonthAbove3000, iopsAbove)
  const microDollars = size === null || iops === null ? null : size + iops
  return { what: `${what}, ${volume.gigabytes} GB ${volume.type}`, microDollars }
}

/**
 * A snapshot at most: all that it holds. What it shares with an older one of the same volume AWS asks once.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html#how_snapshots_work
 */
export function snapshotLine(region: string, what: string, gigabytes: number): CostLine {
  return { what, microDollars: amount(priceList.regions[region]?.snapshotGigabyteMonth, gigabytes) }
}

/** A public address, whether in use or not. */
export function addressLine(region: string): CostLine {
  return { what: 'Public address', microDollars: amount(priceList.regions[region]?.addressHour, hoursMonth) }
}

/** An alarm of standard resolution on one metric. The first ten of an account are free, which is not counted on. */
export function alarmLine(region: string): CostLine {
  return { what: 'Alarm of the host', microDollars: amount(priceList.regions[region]?.alarmMonth, 1) }
}

/** A load balancer that stands all month; what its traffic costs comes on top, by units of capacity. */
export function balancerLine(region: string): CostLine {
  const hour = priceList.regions[region]?.balancerHour
  return { what: 'Load balancer, without its traffic', microDollars: amount(hour, hoursMonth) }
}

/** Objects in a bucket of the standard class, stored; what requests cost is left out. */
export function objectsLine(region: string, what: string, sizeBytes: number): CostLine {
  const gigabytes = sizeBytes / 1024 ** 3
  return { what, microDollars: amount(priceList.regions[region]?.s3GigabyteMonth, gigabytes) }
}

/** What AWS asks nothing for as long as it is not used. */
export function freeLine(what: string): CostLine {
  return { what, microDollars: 0n }
}

/** The lines with their sum; a line that is unknown makes the sum unknown. */
export function costOf(lines: CostLine[]): Cost {
  const known = lines.flatMap(({ microDollars }) => (microDollars === null ? [] : [microDollars]))
  const totalMicroDollars = known.length === lines.length ? known.reduce((sum, line) => sum + line, 0n) : null
  return { lines, totalMicroDollars, pricesAsOf: priceList.asOf }
}

function amount(dollars: number | null | undefined, quantity: number): MicroDollars | null {
  if (dollars === null || dollars === undefined) return null
  return BigInt(Math.round(dollars * quantity * Number(microDollarsPerDollar)))
}
