import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import type { ChartMark, TimeAxis, TimeChartProps } from '../ui/TimeChart.tsx'

/**
 * The charts in words, newest first: for screen readers, for copying, and for whoever would rather read. `label` tells
 * it from others of the page.
 */
export function MetricsTable({
  label = 'Figures',
  charts,
  time,
  marks,
}: {
  label?: string
  charts: TimeChartProps[]
  time: TimeAxis
  marks: ChartMark[]
}) {
  const rows = time.times
    .map((from, index) => ({
      from,
      index,
      said: charts.map((chart) => chart.say(index)),
      deployed: marks.filter(({ at }) => at >= from && at < (time.times[index + 1] ?? time.endsAt)),
    }))
    .filter(({ said, deployed }) => deployed.length > 0 || said.some((words) => words !== null))
    .reverse()
  if (rows.length === 0) return <p className="p-4 text-13 text-ink-2">Nothing was measured in this time.</p>
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[420px] overflow-auto focus-visible:-outline-offset-2"
    >
      <Table
        label={label}
        head={
          <>
            <HeadCell>Time</HeadCell>
            {charts.map(({ title }) => (
              <HeadCell key={title}>{title}</HeadCell>
            ))}
          </>
        }
      >
        {rows.map(({ from, index, said, deployed }) => (
          <TableRow key={from}>
            <Cell className="whitespace-nowrap text-12">
              {time.formatStep(index)}
              {deployed.map(({ key, words }) => (
                <span key={key} className="block text-ink-2">
                  {words}
                </span>
              ))}
            </Cell>
            {charts.map(({ title }, chart) => (
              <Cell key={title} className="text-12 text-ink-2">
                {said[chart] ?? 'not measured'}
              </Cell>
            ))}
          </TableRow>
        ))}
      </Table>
    </section>
  )
}
