import { createServer } from 'node:http'

/** Keys that the double takes; any other is forbidden, as at Datadog. */
export const datadogKeys = { api: 'a'.repeat(32), app: 'b'.repeat(40) }

/** What Datadog's API says of a monitor: https://docs.datadoghq.com/api/latest/monitors/get-a-monitors-details/ */
const monitorOf = (id: number, state: string) => ({
  created: '2026-03-11T17:20:45.414125+00:00',
  created_at: 1_773_249_645_000,
  creator: { email: 'ann@example.com', handle: 'ann@example.com', id: 1_445_416, name: 'Ann' },
  deleted: null,
  draft_status: 'published',
  id,
  matching_downtimes: [],
  message: 'Checkout fails. @slack-checkout',
  modified: '2026-03-11T17:20:45.414125+00:00',
  multi: false,
  name: 'Checkout errors',
  options: {
    include_tags: true,
    new_host_delay: 300,
    notify_audit: false,
    notify_no_data: false,
    silenced: {},
    thresholds: { critical: 5, warning: 2 },
  },
  org_id: 321_813,
  overall_state: state,
  overall_state_modified: '2026-11-24T09:55:48+00:00',
  priority: null,
  query: 'avg(last_5m):sum:checkout.errors{env:production}.as_rate() > 5',
  restricted_roles: null,
  tags: ['service:checkout'],
  type: 'query alert',
})

/** The monitors of an organisation at Datadog, over HTTP: states by number. */
export async function datadog(states: Record<number, string>) {
  const server = createServer((request, response) => {
    const say = (status: number, body: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    const { 'dd-api-key': api, 'dd-application-key': app } = request.headers
    if (api !== datadogKeys.api || app !== datadogKeys.app) return say(403, { errors: ['Forbidden'] })
    const id = Number(/^\/api\/v1\/monitor\/(\d+)$/.exec(request.url ?? '')?.[1])
    const state = states[id]
    if (request.method !== 'GET' || state === undefined) return say(404, { errors: ['Monitor not found'] })
    if (state === 'moved') return say(302, {}, { location: 'https://example.com/' })
    return say(200, monitorOf(id, state))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: () => new Promise((closed) => server.close(closed)),
  }
}
