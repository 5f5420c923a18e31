import clsx from 'clsx'
import { formatMinutes } from './format-time.ts'

const minutesPerDay = 1440

/** One day of one service: the level is the share of the day awake, so that colour is never alone. */
function Tank({ minutes, title }: { minutes: number | null; title: string }) {
  if (minutes === null) {
    return <span title={title} className="block h-4 rounded-[1px] border border-dashed border-line" />
  }
  const share = Math.min(1, minutes / minutesPerDay)
  const tone =
    share < 0.25 ? 'bg-tank-1' : share < 0.5 ? 'bg-tank-2' : share < 0.9 ? 'bg-tank-3' : 'bg-tank-4'
  return (
    <span title={title} className="flex h-4 items-end rounded-[1px] bg-sunken">
      <span
        className={clsx('block w-full rounded-[1px]', tone)}
        style={{ height: minutes === 0 ? 0 : `${Math.max(12, share * 100)}%` }}
      />
    </span>
  )
}

type TankRow = {
  key: string
  name: string
  place: string
  /** Minutes awake of each day of the month, null for a day to come. */
  days: (number | null)[]
  minutes: number
  cost: string
}
export type TankGroup = { key: string; name: string; minutes: number; cost: string; rows: TankRow[] }

/**
 * Every service by day of the month. Scrolls sideways where there is no room, with the service's column fixed:
 * the only part of the dashboard that does.
 */
export function TankTable({
  groups,
  today,
  weekends,
  total,
}: {
  groups: TankGroup[]
  /** Day of the month that is now, or null in a month that is over. */
  today: number | null
  /** Days of the month that are a Saturday or Sunday. */
  weekends: number[]
  total: { sentence: string; minutes: number; cost: string }
}) {
  const days = groups[0]?.rows[0]?.days.map((_, index) => index + 1) ?? []
  const sticky =
    'sticky left-0 z-10 w-[132px] min-w-[132px] max-w-[132px] md:w-[230px] md:min-w-[200px] md:max-w-[230px] bg-surface pr-3 pl-4'
  return (
    <section
      className="relative overflow-x-auto focus-visible:-outline-offset-2"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Awake minutes by day"
    >
      <table className="w-full border-collapse text-12">
        <thead>
          <tr className="text-left text-ink-3">
            <th scope="col" className={clsx(sticky, 'border-b py-2 font-medium')}>
              Service
            </th>
            {days.map((day) => (
              <th
                key={day}
                scope="col"
                className={clsx(
                  'min-w-6 border-b pt-2 pb-1 text-center font-mono text-11',
                  day === today
                    ? 'font-semibold text-ink shadow-[inset_0_-2px_0_var(--accent)]'
                    : weekends.includes(day)
                      ? 'font-normal text-ink-3'
                      : 'font-medium text-ink-2',
                )}
              >
                {day}
              </th>
            ))}
            <th scope="col" className="border-b py-2 pr-3 pl-2 text-right font-medium">
              Awake
            </th>
            <th scope="col" className="border-b py-2 pr-4 pl-2 text-right font-medium">
              Cost
            </th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.key} className="border-t first-of-type:border-t-0">
            <tr>
              <th scope="rowgroup" className={clsx(sticky, 'h-7 pt-1 text-left font-semibold')}>
                {group.name}
              </th>
              <td colSpan={days.length} />
              <td className="h-7 pt-1 pr-3 pl-2 text-right font-semibold whitespace-nowrap">
                {formatMinutes(group.minutes)}
              </td>
              <td className="h-7 pt-1 pr-4 pl-2 text-right font-semibold whitespace-nowrap">{group.cost}</td>
            </tr>
            {group.rows.map((row) => (
              <tr key={row.key} className="last:[&>*]:pb-1.5">
                <th scope="row" className={clsx(sticky, 'h-[22px] text-left font-normal')}>
                  <span className="flex gap-2 whitespace-nowrap">
                    {row.name} <span className="truncate text-ink-3">{row.place}</span>
                  </span>
                </th>
                {row.days.map((minutes, index) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a day is its position in the month
                    key={index}
                    className="px-px"
                  >
                    <Tank
                      minutes={minutes}
                      title={
                        minutes === null
                          ? `${row.name}, day ${index + 1}: still to come`
                          : `${row.name}, day ${index + 1}: ${formatMinutes(minutes)} awake`
                      }
                    />
                    <span className="sr-only">{minutes === null ? 'to come' : formatMinutes(minutes)}</span>
                  </td>
                ))}
                <td className="pr-3 pl-2 text-right whitespace-nowrap text-ink-2">
                  {formatMinutes(row.minutes)}
                </td>
                <td className="pr-4 pl-2 text-right whitespace-nowrap">{row.cost}</td>
              </tr>
            ))}
          </tbody>
        ))}
        <tfoot>
          <tr className="border-t border-line-2">
            <th scope="row" className={clsx(sticky, 'h-9 text-left font-medium')}>
              All services
            </th>
            <td colSpan={days.length} className="font-normal text-ink-2">
              {total.sentence}
            </td>
            <td className="pr-3 pl-2 text-right font-medium whitespace-nowrap">
              {formatMinutes(total.minutes)}
            </td>
            <td className="pr-4 pl-2 text-right font-medium whitespace-nowrap">{total.cost}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  )
}
