import { StateIcon, type StateKind } from '../ui/State.tsx'
import { Gauge } from '../ui/Ticks.tsx'
import type { CheckShown } from './pipeline-shown.ts'

type Watches = NonNullable<CheckShown['watched']>

/** What a gate counts, as gauges, and whom it asks: each monitor with its state and its figure. */
export function Watched({ watched: { counts, monitors } }: { watched: Watches }) {
  return (
    <div className="grid gap-2">
      {counts.map(({ what, now, needed }) => (
        <Gauge
          key={what}
          label={sentence(what)}
          figure={figureOf(now, needed)}
          share={now === null || needed === 0 ? 0 : now / needed}
        />
      ))}
      {monitors.length > 0 ? (
        <ul aria-label="Monitors" className="grid gap-1">
          {monitors.map((monitor) => (
            <Monitor key={monitor.words} monitor={monitor} />
          ))}
        </ul>
      ) : null}
    </div>
  )
}

const looks: Record<Watches['monitors'][number]['is'], { kind: StateKind; word: string }> = {
  fine: { kind: 'good', word: 'Fine' },
  red: { kind: 'bad', word: 'Red' },
  inconclusive: { kind: 'warning', word: 'Inconclusive' },
  'not-looked-at': { kind: 'none', word: 'Not looked at yet' },
}

function Monitor({ monitor: { words, is, says } }: { monitor: Watches['monitors'][number] }) {
  const { kind, word } = looks[is]
  return (
    <li className="grid grid-cols-[14px_minmax(0,1fr)] gap-x-2 text-12">
      <span title={word} className="mt-px">
        <StateIcon kind={kind} />
        <span className="sr-only">{word}:</span>
      </span>
      <span className="flex min-w-0 flex-wrap justify-between gap-x-2">
        <span className="[overflow-wrap:anywhere] text-ink-2">{words}</span>
        <b className="ml-auto font-medium [overflow-wrap:anywhere]">{says ?? word}</b>
      </span>
    </li>
  )
}

function figureOf(now: number | null, needed: number): string {
  if (now === null) return 'not looked at yet'
  return now > needed ? `${count(now)}, needs ${count(needed)}` : `${count(now)} of ${count(needed)}`
}

function sentence(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
