'use client'
import clsx from 'clsx'
import Link from 'next/link'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { axisEnd as endOfAxis, labelPlaces, lonePoints } from './chart-scale.ts'
import { NoData } from './Empty.tsx'
import { Flag } from './Revision.tsx'

export type ChartLine = {
  /** Stands beside the end of the line, where there is more than one. */
  label: string
  tone: 'accent' | 'ink-2' | 'ink-3'
  /** One for each time; null is a gap, which stays one. */
  values: Array<number | null>
}

export type ChartMark = {
  key: string
  /** In milliseconds since 1970. */
  at: number
  sha: string
  /** "Deployment 4, 6a813d6, good": for hover and for the value under the pointer. */
  words: string
  href: string
  /** It went back or failed: the flag is drawn as one that is gone. */
  isGone: boolean
}

export type TimeChartProps = {
  title: string
  /** The newest value, such as "418" and "a minute"; none where the last minutes were not measured. */
  now: { figure: string; unit: string } | null
  lines: ChartLine[]
  /** Where the axis ends, when that is known beforehand. Else it ends at a round number above the highest value, not below `least`. */
  axis: { end?: number; least?: number; format: (value: number) => string }
  /** The exact values at one of the times, in words; null where there are none. */
  say: (index: number) => string | null
  /** What stands here when no value is there at all. */
  empty: string
}

export type TimeAxis = {
  /** Of each value, in milliseconds since 1970, in equal steps. */
  times: number[]
  endsAt: number
  /** Of the axis: "14:30", or the day where the range is long. */
  format: (at: number) => string
  /** Of one value: "14:29" or "14:20 to 14:30". */
  formatStep: (index: number) => string
}

const height = { whole: 150, top: 22, bottom: 20 }
const width = { left: 52, right: 14, label: 50 }
const plotPixels = height.whole - height.top - height.bottom
/** Flags closer than this share of the width would cover each other; their poles are all drawn. */
const flagShare = 0.08

/** A label could be read as a path into the row. */
const keyOf = (line: number) => `line${line}`

/**
 * Values over time from zero, as they were measured: gaps stay gaps. Deployments stand in it as poles with their
 * revision's flag. The value under the pointer is told exactly; with the keyboard, the arrows move it.
 */
export function TimeChart({
  title,
  now,
  lines,
  axis,
  say,
  empty,
  time,
  marks,
}: TimeChartProps & { time: TimeAxis; marks: ChartMark[] }) {
  const all = lines.flatMap(({ values }) => values.flatMap((value) => value ?? []))
  return (
    <figure className="min-w-0 px-4 pt-3 pb-2">
      <figcaption className="mb-1 flex min-h-6 items-baseline gap-2 text-13">
        <b className="font-medium">{title}</b>
        {now ? (
          <span className="ml-auto whitespace-nowrap">
            <b className="text-16 font-semibold tracking-[-0.018em]">{now.figure}</b>{' '}
            <span className="text-12 text-ink-3">{now.unit}</span>
          </span>
        ) : null}
      </figcaption>
      {all.length === 0 ? (
        <NoData className="h-[150px]">{empty}</NoData>
      ) : (
        <Plot
          title={title}
          lines={lines}
          axisEnd={axis.end ?? endOfAxis(Math.max(...all), axis.least ?? 1)}
          format={axis.format}
          say={say}
          time={time}
          marks={marks}
        />
      )}
    </figure>
  )
}

function Plot({
  title,
  lines,
  axisEnd,
  format,
  say,
  time,
  marks,
}: Pick<TimeChartProps, 'title' | 'lines' | 'say'> & {
  axisEnd: number
  format: (value: number) => string
  time: TimeAxis
  marks: ChartMark[]
}) {
  const start = time.times[0] ?? time.endsAt
  const middle = time.times[Math.floor(time.times.length / 2)] ?? start
  const step = (time.times[1] ?? time.endsAt) - start
  const right = lines.length > 1 ? width.label : width.right
  const rows = time.times.map((at, index) => ({
    at,
    ...Object.fromEntries(lines.map(({ values }, line) => [keyOf(line), values[index] ?? null])),
  }))
  return (
    <div className="relative" style={{ height: height.whole }}>
      <ResponsiveContainer
        width="100%"
        height={height.whole}
        initialDimension={{ width: 320, height: height.whole }}
      >
        <ComposedChart
          data={rows}
          title={`${title}. The arrow keys go from value to value.`}
          margin={{ top: height.top, right, bottom: 0, left: 0 }}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={[start, time.endsAt]}
            ticks={[start, middle, time.endsAt]}
            interval={0}
            height={height.bottom}
            axisLine={{ stroke: 'var(--line-2)' }}
            tickLine={false}
            tick={({ x, y, index, payload }) => (
              <text
                x={x}
                y={y}
                dy={6}
                textAnchor={index === 0 ? 'start' : index === 1 ? 'middle' : 'end'}
                className="fill-ink-3 text-11"
              >
                {time.format(Number(payload.value))}
              </text>
            )}
          />
          <YAxis
            width={width.left}
            domain={[0, axisEnd]}
            ticks={[0, axisEnd / 2, axisEnd]}
            interval={0}
            axisLine={false}
            tickLine={false}
            tickFormatter={format}
            tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--ink)', strokeWidth: 1 }}
            wrapperStyle={{ zIndex: 20 }}
            content={({ active, label }) => {
              const index = time.times.indexOf(Number(label))
              if (!active || index < 0) return null
              const from = Number(label)
              const here = marks.filter(({ at }) => at >= from && at < from + step)
              return (
                <div className="max-w-[260px] rounded-4 border border-line-2 bg-surface px-2 py-1 text-12">
                  <b className="font-semibold">{time.formatStep(index)}</b> {say(index) ?? 'not measured'}
                  {here.map(({ key, words }) => (
                    <span key={key} className="block text-ink-2">
                      {words}
                    </span>
                  ))}
                </div>
              )
            }}
          />
          {lines.length === 1
            ? lines.map(({ label }, line) => (
                <Area
                  key={label}
                  dataKey={keyOf(line)}
                  type="linear"
                  stroke="none"
                  fill="var(--accent)"
                  fillOpacity={0.09}
                  activeDot={false}
                  connectNulls={false}
                  isAnimationActive={false}
                />
              ))
            : null}
          {lines.map(({ label, tone, values }, line) => {
            const alone = lonePoints(values)
            return (
              <Line
                key={label}
                dataKey={keyOf(line)}
                type="linear"
                stroke={`var(--${tone})`}
                strokeWidth={1.5}
                connectNulls={false}
                isAnimationActive={false}
                activeDot={{ r: 3, stroke: 'var(--surface)', fill: `var(--${tone})` }}
                dot={({ cx, cy, index, key }) =>
                  alone.has(index) ? (
                    <circle key={key} cx={cx} cy={cy} r={2} fill={`var(--${tone})`} />
                  ) : (
                    <g key={key} />
                  )
                }
              />
            )
          })}
        </ComposedChart>
      </ResponsiveContainer>
      <div
        className="pointer-events-none absolute"
        style={{ left: width.left, right, top: height.top, bottom: height.bottom }}
      >
        <Poles marks={marks} start={start} endsAt={time.endsAt} />
        {lines.length > 1 ? <LineNames lines={lines} axisEnd={axisEnd} /> : null}
      </div>
    </div>
  )
}

/** For the eye and the pointer; the list below the charts has the same links for everybody. */
function Poles({ marks, start, endsAt }: { marks: ChartMark[]; start: number; endsAt: number }) {
  let flagged = Number.NEGATIVE_INFINITY
  return marks
    .toSorted((a, b) => a.at - b.at)
    .map(({ key, at, sha, words, href, isGone }) => {
      const share = (at - start) / (endsAt - start)
      if (share < 0 || share > 1) return null
      const hasFlag = share - flagged >= flagShare
      if (hasFlag) flagged = share
      return (
        <span
          key={key}
          aria-hidden="true"
          className="absolute top-0 bottom-0 border-l border-dashed border-ink-3"
          style={{ left: `${share * 100}%` }}
        >
          {hasFlag ? (
            <Link
              href={href}
              title={words}
              tabIndex={-1}
              className={clsx(
                'pointer-events-auto absolute -top-[15px] -left-px z-10 bg-surface',
                share > 0.94 && '-translate-x-full',
              )}
            >
              <Flag sha={sha} className={clsx('h-3 w-[18px]', isGone && 'opacity-50')} />
            </Link>
          ) : null}
        </span>
      )
    })
}

const inks = { accent: 'text-accent-ink', 'ink-2': 'text-ink-2', 'ink-3': 'text-ink-3' }

function LineNames({ lines, axisEnd }: { lines: ChartLine[]; axisEnd: number }) {
  const named = lines.flatMap((line) => {
    const last = line.values.findLast((value) => value !== null)
    return last === undefined || last === null ? [] : [{ ...line, last }]
  })
  const places = labelPlaces(
    named.map(({ last }) => last),
    { heightPixels: plotPixels, axisEnd, labelPixels: 12 },
  )
  return named.map(({ label, tone }, index) => (
    <span
      key={label}
      aria-hidden="true"
      title={label}
      className={clsx(
        'absolute left-full max-w-[50px] -translate-y-1/2 truncate pl-1.5 text-11 leading-3 font-medium',
        inks[tone],
      )}
      style={{ top: places[index] }}
    >
      {label}
    </span>
  ))
}
