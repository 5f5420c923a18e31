import { formatMoney, formatPrice, formatRange, formatSummand } from '../ui/format-money.ts'
import { formatDay, formatMinutes } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'
import { PlanColumn } from '../ui/PlanColumn.tsx'
import { State } from '../ui/State.tsx'
import type { BillShown } from './bill-shown.ts'
import { middleOf } from './middle-of.ts'

/** The same month on either plan, side by side, and which is cheaper. */
export function BothPlans({ bill }: { bill: BillShown }) {
  const { usage, seats, cheaper, seatsCheaperAboveMinutes } = bill.onPlan
  const hourPrice = formatPrice(String(BigInt(usage.minutePrice) * 60n))
  const { forecast } = bill
  const ahead = {
    usage: forecast ? middleOf(forecast.onUsage) : usage.total,
    seats: forecast ? middleOf(forecast.onSeats) : seats.total,
  }
  const most = [BigInt(ahead.usage), BigInt(ahead.seats), 1n].reduce((a, b) => (a > b ? a : b))
  const lastDay = formatDay(new Date(Date.parse(bill.end) - 1))
  const byEnd = (range: { low: string; high: string } | undefined) =>
    range ? { key: 'end', term: `By ${lastDay}`, amount: formatRange(range) } : undefined
  return (
    <Panel title="Both plans, this month" aside={<Cheaper cheaper={cheaper} />}>
      <div className="grid grid-cols-2 divide-x divide-line border-b">
        <PlanColumn
          name="Usage"
          isYours={bill.plan.now === 'usage'}
          lines={[
            {
              key: 'awake',
              term: `${formatMinutes(usage.minutes)} × ${hourPrice}`,
              amount: formatSummand(usage.gross),
            },
            {
              key: 'free',
              term: `First ${formatMinutes(bill.free.minutes)} free`,
              amount: formatSummand(`-${usage.free}`),
            },
          ]}
          total={formatMoney(usage.total)}
          byEnd={byEnd(forecast?.onUsage)}
        />
        <PlanColumn
          name="Seats"
          isYours={bill.plan.now === 'seats'}
          lines={[
            {
              key: 'seats',
              term: `${seats.seatsNow} ${seats.seatsNow === 1 ? 'seat' : 'seats'}, a whole month`,
              amount: formatMoney(seats.monthly),
            },
            {
              key: 'minutes',
              term: 'Of it so far, to the minute',
              amount: percentOf(seats.total, seats.monthly),
            },
          ]}
          total={formatMoney(seats.total)}
          byEnd={byEnd(forecast?.onSeats)}
        />
      </div>
      <div className="grid grid-cols-[44px_minmax(0,1fr)_auto] items-center gap-2.5 px-4 pt-4 pb-2 text-12">
        <Bar
          name="Usage"
          amount={usage.total}
          ahead={ahead.usage}
          most={most}
          isYours={bill.plan.now === 'usage'}
        />
        <Bar
          name="Seats"
          amount={seats.total}
          ahead={ahead.seats}
          most={most}
          isYours={bill.plan.now === 'seats'}
        />
      </div>
      <p className="px-4 pt-1 pb-3.5 text-13 text-ink-2">
        Seats becomes the cheaper plan above{' '}
        <b className="font-medium text-ink">
          {Math.floor(seatsCheaperAboveMinutes / 60).toLocaleString('en-US')} awake hours
        </b>{' '}
        a month with {seats.seatsNow} {seats.seatsNow === 1 ? 'person' : 'people'}. Switch at any minute; each
        minute belongs to one plan.
      </p>
    </Panel>
  )
}

/** How much of a whole month's seats has been used: what the two figures beside it make, so that they add up. */
function percentOf(part: string, whole: string): string {
  if (BigInt(whole) === 0n) return '0 %'
  const thousandths = (BigInt(part) * 1000n) / BigInt(whole)
  if (thousandths === 0n) return BigInt(part) > 0n ? '< 0.1 %' : '0 %'
  return `${Number(thousandths) / 10} %`
}

function Cheaper({ cheaper }: { cheaper: BillShown['onPlan']['cheaper'] }) {
  if (cheaper === 'same') return <State kind="none">Both cost the same</State>
  return <State kind="good">{cheaper === 'usage' ? 'Usage is cheaper' : 'Seats is cheaper'}</State>
}

/** Solid for what is so far, hatched up to the middle of the forecast. */
function Bar({
  name,
  amount,
  ahead,
  most,
  isYours,
}: {
  name: string
  amount: string
  ahead: string
  most: bigint
  isYours: boolean
}) {
  const percent = (part: string) => Number((BigInt(part) * 1000n) / most) / 10
  return (
    <>
      <span>{name}</span>
      <span className="relative h-[18px] rounded-2 bg-sunken" aria-hidden="true">
        <span
          className="hatch absolute inset-y-0 left-0 rounded-2 border border-line-2"
          style={{ width: `${percent(ahead)}%` }}
        />
        <span
          className={`absolute inset-y-0 left-0 rounded-2 ${isYours ? 'bg-accent' : 'bg-ink-3'}`}
          style={{ width: `${percent(amount)}%` }}
        />
      </span>
      <b className="text-right font-medium">{formatMoney(ahead)}</b>
    </>
  )
}
