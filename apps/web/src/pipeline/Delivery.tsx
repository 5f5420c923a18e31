'use client'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { type DeliveryFigure, deliveryWords } from './delivery-words.ts'

/** The four figures of delivery in the head of the page; what each counts is said on hover and focus. */
export function Delivery({ app }: { app: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const delivery = useQuery(trpc.pipeline.delivery.queryOptions({ organisationId, app }))
  if (delivery.data === undefined) return null
  return (
    <ul
      aria-label={`Delivery over the last ${delivery.data.days} days`}
      className="relative flex flex-wrap items-baseline gap-x-4 gap-y-1"
    >
      {deliveryWords(delivery.data).map((figure) => (
        <li key={figure.name}>
          <Figure figure={figure} />
        </li>
      ))}
    </ul>
  )
}

function Figure({ figure: { name, value, definition } }: { figure: DeliveryFigure }) {
  const id = useId()
  return (
    <>
      <button
        type="button"
        aria-describedby={id}
        className="peer inline-flex cursor-help items-baseline gap-1.5 rounded-4 py-1 text-12 text-ink-3"
      >
        {name} <b className="font-semibold text-ink">{value}</b>
      </button>
      <span
        id={id}
        role="tooltip"
        className="invisible absolute top-full right-0 z-20 mt-1 w-[min(340px,100%)] rounded-6 border border-line-2 bg-surface px-3 py-2 text-12 text-ink-2 peer-hover:visible peer-focus-visible:visible"
      >
        {definition}
      </span>
    </>
  )
}
