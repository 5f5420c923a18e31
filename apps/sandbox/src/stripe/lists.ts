import { z } from 'zod'
import { missing } from './refusal.ts'

const range = z.union([
  z.number(),
  z.strictObject({
    gt: z.number().optional(),
    gte: z.number().optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
  }),
])

/** What every list of Stripe takes; a list adds its own filters. */
export const listQuery = z.strictObject({
  limit: z.number().int().min(1).max(100).default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: range.optional(),
})

/** One page, newest first. `items` come oldest first, filtered already by the list's own filters. */
export function listPage<T extends { id: string; created: number }>(
  url: string,
  items: T[],
  query: z.infer<typeof listQuery>,
  render: (item: T) => unknown,
): unknown {
  const within = items.filter((item) => isInRange(item.created, query.created)).reverse()
  const place = (id: string) => {
    const index = within.findIndex((item) => item.id === id)
    if (index < 0) throw missing('object', id, 'starting_after')
    return index
  }
  if (query.ending_before !== undefined) {
    const end = place(query.ending_before)
    const start = Math.max(0, end - query.limit)
    return { object: 'list', url, has_more: start > 0, data: within.slice(start, end).map(render) }
  }
  const start = query.starting_after === undefined ? 0 : place(query.starting_after) + 1
  const data = within.slice(start, start + query.limit)
  return { object: 'list', url, has_more: start + data.length < within.length, data: data.map(render) }
}

function isInRange(value: number, wanted: z.infer<typeof range> | undefined): boolean {
  if (wanted === undefined) return true
  if (typeof wanted === 'number') return value === wanted
  return (
    (wanted.gt === undefined || value > wanted.gt) &&
    (wanted.gte === undefined || value >= wanted.gte) &&
    (wanted.lt === undefined || value < wanted.lt) &&
    (wanted.lte === undefined || value <= wanted.lte)
  )
}
