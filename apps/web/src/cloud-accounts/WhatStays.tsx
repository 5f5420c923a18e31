import { formatMoney } from '../ui/format-money.ts'
import type { CloudAccountShown } from './cloud-account-shown.ts'

/** What lies in the account and stays when Slipway goes, and what AWS asks for it. */
export function WhatStays({ account }: { account: CloudAccountShown }) {
  const { things, cost } = account.stays
  return (
    <div>
      <b className="text-ink">This stays in your account</b>
      <ul className="mt-1 grid gap-1">
        {things.map((thing) => (
          <li key={`${thing.region} ${thing.stack}`} className="border-l border-line-2 pl-3">
            <span className="text-ink">{thing.what}</span>
            {thing.region === 'all' ? '' : `, ${thing.region}`} <code className="text-12">{thing.stack}</code>
          </li>
        ))}
      </ul>
      <p className="mt-2">
        {cost.totalMicroDollars === null
          ? 'What AWS asks for it is not known in full.'
          : `AWS asks about ${formatMoney(cost.totalMicroDollars)} a month for it (list prices of ${cost.pricesAsOf}).`}
      </p>
    </div>
  )
}
