import clsx from 'clsx'

/**
 * Draft marks: progress is counted, not painted. One tick is a fixed unit; every tenth is long. `of` ticks are
 * drawn, `on` of them filled. The label and the exact figures stand in words above it (see Gauge).
 */
function Ticks({ on, of, tone = 'accent' }: { on: number; of: number; tone?: 'accent' | 'warn' }) {
  const marks = Array.from({ length: of + 1 }, (_, position) => position)
  return (
    <svg aria-hidden="true" className="block h-2.5 w-[calc(100%-2px)] overflow-visible">
      {marks.map((position) => {
        const isLong = position % 10 === 0
        return (
          <rect
            key={position}
            x={`${(position / of) * 100}%`}
            y={isLong ? 0 : 3}
            width="2"
            height={isLong ? 10 : 7}
            shapeRendering="crispEdges"
            className={clsx(
              position <= on && on > 0 ? (tone === 'warn' ? 'fill-warn' : 'fill-accent') : 'fill-tick',
            )}
          />
        )
      })}
    </svg>
  )
}

/** A counted amount of a known whole: words first, ticks below. Stops at 400 px, where ticks lose their count. */
export function Gauge({
  label,
  figure,
  share,
  of = 30,
  tone = 'accent',
}: {
  label: string
  /** The exact figures in words, such as "22 of 30". */
  figure: string
  /** From 0 to 1; more than 1 is drawn full. */
  share: number
  of?: number
  tone?: 'accent' | 'warn'
}) {
  return (
    <div className="grid max-w-[400px] gap-1 text-12">
      <div className="flex justify-between gap-2 text-ink-2">
        <span>{label}</span>
        <b className={clsx('font-medium', tone === 'warn' ? 'text-warn' : 'text-ink')}>{figure}</b>
      </div>
      <Ticks on={Math.min(of, Math.floor(share * of))} of={of} tone={tone} />
    </div>
  )
}
