import type { Answers } from '../api/trpc.ts'
import { type DiffRow, DiffRows } from '../ui/DiffRows.tsx'
import { formatDifference, formatKnown, formatMoney } from '../ui/format-money.ts'
import { formatDate } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'

type Infrastructure = Answers['executions']['plan']['infrastructure']

/** What will stand at AWS after this, part by part, each with its price a month. */
export function InfrastructureChange({ change }: { change: Infrastructure }) {
  const isSame = change.lines.every((line) => line.change === 'same')
  return (
    <Panel title="Infrastructure" sub={isSame ? 'stays as it is' : 'at AWS, a month each'}>
      {change.lines.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">
          The machine that it asks for is not known, so that its price is not either.
        </p>
      ) : (
        <DiffRows rows={change.lines.map(rowOf)} />
      )}
    </Panel>
  )
}

function rowOf(line: Infrastructure['lines'][number]): DiffRow {
  return {
    key: `${line.change} ${line.what}`,
    change: line.change,
    name: line.what,
    aside: priceOf(line),
  }
}

function priceOf({ change, microDollars }: Infrastructure['lines'][number]): string {
  if (microDollars === null) return 'unknown'
  switch (change) {
    case 'same':
      return formatMoney(microDollars)
    case 'added':
      return formatDifference(microDollars)
    case 'removed':
      return formatDifference(String(-BigInt(microDollars)))
  }
}

/** The difference that this makes to AWS's month, said before the button. */
export function AwsPrice({ change, isFirst }: { change: Infrastructure; isFirst: boolean }) {
  const { nowMicroDollars: now, afterMicroDollars: after, pricesAsOf } = change
  const isKnown = now !== null && after !== null
  return (
    <div className="border-b px-5 py-3.5">
      <div className="text-12 text-ink-2">AWS, a month</div>
      <div className="mt-0.5 text-24 font-semibold tracking-[-0.025em]">
        {isKnown ? formatDifference(String(BigInt(after) - BigInt(now))) : 'unknown'}
      </div>
      <p className="mt-1 text-12 text-ink-2">
        {isFirst ? null : `${formatKnown(now)} now, ${formatKnown(after)} after. `}
        {pricesAsOf ? `List prices of ${formatDate(pricesAsOf)}; traffic is not in it. ` : null}
        Slipway's own price does not depend on it.
      </p>
    </div>
  )
}
