'use client'
import { useState } from 'react'
import { axisEnd, labelPlaces } from '../ui/chart-scale.ts'
import { formatMoney, formatRange } from '../ui/format-money.ts'
import { absoluteTime, formatDay } from '../ui/format-time.ts'
import type { BillShown } from './bill-shown.ts'
import { middleOf } from './middle-of.ts'

const heightPixels = 184
const labelPixels = 16
const dollars = (microDollars: string) => Number(microDollars) / 1e6

/** Where a moment and an amount lie, in percent of the plot from its left and its top. */
type Scale = { x: (at: string) => number; y: (microDollars: string) => number }
type Point = { at: string; amount: string }

/**
 * The month on either plan: solid what was counted, dashed and hatched what the forecast says. From zero; the names
 * stand at the ends of the lines, and the exact amounts of a day under the pointer.
 */
export function MonthChart({ bill }: { bill: BillShown }) {
  const [shown, setShown] = useState<number | null>(null)
  const { curve, forecast } = bill
  const ends = {
    usage: forecast ? middleOf(forecast.onUsage) : (curve.at(-1)?.usage ?? '0'),
    seats: forecast ? middleOf(forecast.onSeats) : (curve.at(-1)?.seats ?? '0'),
  }
  const highest = forecast ? [forecast.onUsage.high, forecast.onSeats.high] : [ends.usage, ends.seats]
  const top = axisEnd(Math.max(...highest.map(dollars)), 1)
  const start = Date.parse(bill.start)
  const scale: Scale = {
    x: (at) => ((Date.parse(at) - start) / (Date.parse(bill.end) - start)) * 100,
    y: (amount) => (1 - dollars(amount) / top) * 100,
  }
  const isUsage = bill.plan.now === 'usage'
  const line = (plan: 'usage' | 'seats'): Point[] => [
    { at: bill.start, amount: '0' },
    ...curve.map((point) => ({ at: point.at, amount: point[plan] })),
  ]
  const [usageTop = 0, seatsTop = 0] = labelPlaces([dollars(ends.usage), dollars(ends.seats)], {
    heightPixels,
    axisEnd: top,
    labelPixels,
  })
  const point = shown === null ? undefined : curve[shown]
  return (
    <figure className="border-t px-4 pt-4 pb-3">
      <figcaption className="sr-only">{sentenceOf(bill)}</figcaption>
      <div aria-hidden="true" className="flex gap-2 text-11 text-ink-3">
        <div
          className="flex w-10 flex-none flex-col justify-between text-right"
          style={{ height: heightPixels }}
        >
          {[top, top / 2, 0].map((amount) => (
            <span key={amount} className="-my-2">
              ${amount.toLocaleString('en-US', { minimumFractionDigits: amount % 1 === 0 ? 0 : 2 })}
            </span>
          ))}
        </div>
        <div
          className="relative min-w-0 flex-1"
          style={{ height: heightPixels }}
          onPointerMove={(event) => setShown(nearest(event, curve, scale))}
          onPointerLeave={() => setShown(null)}
        >
          <svg
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            className="absolute inset-0 size-full overflow-visible"
            role="presentation"
          >
            {[0, 50, 100].map((y) => (
              <path key={y} d={`M0 ${y}H100`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
            ))}
            {forecast ? <Ahead bill={bill} forecast={forecast} scale={scale} /> : null}
            <Stroke points={line('seats')} scale={scale} color={isUsage ? 'var(--ink-3)' : 'var(--accent)'} />
            <Stroke points={line('usage')} scale={scale} color={isUsage ? 'var(--accent)' : 'var(--ink-3)'} />
            {point ? (
              <path d={`M${scale.x(point.at)} 0V100`} stroke="var(--ink)" vectorEffect="non-scaling-stroke" />
            ) : null}
          </svg>
          {point ? <Under point={point} left={scale.x(point.at)} /> : null}
        </div>
        <div className="relative w-24 flex-none text-12" style={{ height: heightPixels }}>
          <span
            className={`absolute -mt-2 whitespace-nowrap ${isUsage ? 'font-medium text-accent-ink' : ''}`}
            style={{ top: usageTop }}
          >
            Usage {formatMoney(ends.usage)}
          </span>
          <span
            className={`absolute -mt-2 whitespace-nowrap ${isUsage ? '' : 'font-medium text-accent-ink'}`}
            style={{ top: seatsTop }}
          >
            Seats {formatMoney(ends.seats)}
          </span>
        </div>
      </div>
      <div aria-hidden="true" className="mt-2 mr-26 ml-12 flex justify-between text-11 text-ink-3">
        <span>{formatDay(new Date(bill.start))}</span>
        <span>{formatDay(new Date(Date.parse(bill.end) - 1))}</span>
      </div>
    </figure>
  )
}

/** From now on: the range of the usage plan, its middle, and the seats there are. */
function Ahead({
  bill,
  forecast,
  scale,
}: {
  bill: BillShown
  forecast: NonNullable<BillShown['forecast']>
  scale: Scale
}) {
  const now = bill.curve.at(-1)
  if (!now) return null
  const { x, y } = scale
  const [from, usage] = [x(now.at), y(now.usage)]
  const { low, high } = forecast.onUsage
  return (
    <>
      <path d={`M${from} ${usage}L100 ${y(high)}V${y(low)}Z`} fill="var(--accent)" opacity="0.14" />
      {[
        { key: 'usage', d: `M${from} ${usage}L100 ${y(middleOf(forecast.onUsage))}` },
        { key: 'seats', d: `M${from} ${y(now.seats)}L100 ${y(middleOf(forecast.onSeats))}` },
      ].map(({ key, d }) => (
        <path
          key={key}
          d={d}
          stroke={key === bill.plan.now ? 'var(--accent)' : 'var(--ink-3)'}
          strokeDasharray="4 3"
          fill="none"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </>
  )
}

function Stroke({ points, scale, color }: { points: Point[]; scale: Scale; color: string }) {
  const d = points.map(({ at, amount }) => `${scale.x(at)} ${scale.y(amount)}`).join('L')
  return <path d={`M${d}`} stroke={color} fill="none" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
}

/** The exact amounts beside the pointer's line, on the side that has room. */
function Under({ point, left }: { point: BillShown['curve'][number]; left: number }) {
  return (
    <div
      className="pointer-events-none absolute top-2 rounded-4 border border-line-2 bg-surface px-2 py-1 text-12 whitespace-nowrap text-ink"
      style={left > 60 ? { right: `calc(${100 - left}% + 8px)` } : { left: `calc(${left}% + 8px)` }}
    >
      <b className="block font-medium">{absoluteTime(new Date(point.at))}</b>
      <span className="block">Usage {formatMoney(point.usage)}</span>
      <span className="block">Seats {formatMoney(point.seats)}</span>
    </div>
  )
}

function nearest(
  event: { clientX: number; currentTarget: HTMLElement },
  curve: BillShown['curve'],
  { x }: Scale,
): number | null {
  const { left, width } = event.currentTarget.getBoundingClientRect()
  const at = ((event.clientX - left) / width) * 100
  const away = curve.map((point) => Math.abs(x(point.at) - at))
  return away.length === 0 ? null : away.indexOf(Math.min(...away))
}

/** What the drawing shows, for whoever does not see it. */
function sentenceOf({ curve, forecast }: BillShown): string {
  const now = curve.at(-1)
  const soFar = now ? `So far ${formatMoney(now.usage)} on usage and ${formatMoney(now.seats)} on seats.` : ''
  return forecast
    ? `${soFar} By the end of the month ${formatRange(forecast.onUsage)} on usage and ${formatRange(forecast.onSeats)} on seats.`
    : soFar
}
