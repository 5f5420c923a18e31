import { z } from 'zod'
import { listPage, listQuery } from './lists.ts'
import type { Operations } from './operation.ts'
import { missing } from './refusal.ts'
import type { StripeEvent } from './state.ts'

/** What the double says of what happened in it, also the body of its webhooks. */
export function eventOperations(apiVersion: string): Operations {
  return {
    'GET /v1/events'({ state, body }) {
      const { type, types, ...query } = listQuery
        .extend({ type: z.string().optional(), types: z.array(z.string()).optional() })
        .parse(body)
      const events = state.events.filter(
        (event) => (type === undefined || event.type === type) && (types?.includes(event.type) ?? true),
      )
      return listPage('/v1/events', events, query, (event) => renderEvent(event, apiVersion))
    },

    'GET /v1/events/{id}'({ state, parameters }) {
      const event = state.events.find((candidate) => candidate.id === parameters.id)
      if (event === undefined) throw missing('event', parameters.id ?? '')
      return renderEvent(event, apiVersion)
    },
  }
}

export function renderEvent(event: StripeEvent, apiVersion: string): Record<string, unknown> {
  return {
    id: event.id,
    object: 'event',
    api_version: apiVersion,
    created: event.created,
    data: { object: event.object },
    livemode: false,
    pending_webhooks: event.pending ? 1 : 0,
    request: { id: event.requestId, idempotency_key: event.idempotencyKey },
    type: event.type,
  }
}
