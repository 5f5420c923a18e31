import clsx from 'clsx'
import { formatMoney } from './format-money.ts'

/** An amount in micro-dollars. Zero is dim: it is a figure, and nothing to look at. */
export function Money({ amount, className }: { amount: string; className?: string }) {
  return (
    <span className={clsx('whitespace-nowrap', BigInt(amount) === 0n && 'text-ink-3', className)}>
      {formatMoney(amount)}
    </span>
  )
}
