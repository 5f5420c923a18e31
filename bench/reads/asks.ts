import http from 'node:http'
import type { Filled } from './fill.ts'

const pages = ['apps.list', 'executions.list', 'executions.get', 'commits.list', 'environments.get'] as const
export const reads = [...pages, 'bill.get'] as const
/** What a page of the dashboard reads. */
export type Read = (typeof reads)[number]

/** The pages in turn; the bill is looked at once while each other page is nine times. */
const turns: readonly Read[] = [...Array.from({ length: 9 }, () => pages).flat(), 'bill.get']

/** One read of one page by one member. */
export type Ask = {
  read: Read
  organisation: Filled
  app: string
  number: number
  cookie: string
  address: string
}

/** An endless walk over reads, organisations, apps and members, each in turn; members come from addresses of their own. */
export function* asks(filled: Filled[], commitsEach: number): Generator<Ask, never> {
  for (let turn = 0; ; turn++) {
    const read = pick(turns, turn)
    const organisation = pick(filled, Math.floor(turn / pages.length))
    const round = Math.floor(turn / pages.length / filled.length)
    const member = turn % organisation.cookies.length
    yield {
      read,
      organisation,
      app: pick(organisation.apps, round),
      number: (round % commitsEach) + 1,
      cookie: pick(organisation.cookies, member),
      address: `203.0.${filled.indexOf(organisation)}.${member}`,
    }
  }
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

/** Asks the api over HTTP as a browser does, and throws when it gets no answer of 200. Resolves with the bytes. */
export function askApi(port: number, agent: http.Agent, one: Ask): Promise<number> {
  const { read, organisation, app, number, cookie, address } = one
  const input = { organisationId: organisation.organisationId, ...inputOf(read, app, number) }
  const path = `/trpc/${read}?input=${encodeURIComponent(JSON.stringify(input))}`
  const headers = { cookie, 'x-forwarded-for': address }
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
      let bytes = 0
      response.on('data', (piece) => {
        bytes += piece.length
      })
      response.once('end', () =>
        response.statusCode === 200
          ? resolve(bytes)
          : reject(new Error(`${read} was answered with ${response.statusCode}`)),
      )
      response.once('error', reject)
    })
    // The api ends a connection that rested, just as it is used again: browsers ask once more as well.
    request.once('error', (error) =>
      request.reusedSocket ? askApi(port, agent, one).then(resolve, reject) : reject(error),
    )
  })
}

function inputOf(read: Read, app: string, number: number): object {
  switch (read) {
    case 'apps.list':
    case 'bill.get':
      return {}
    case 'executions.list':
    case 'commits.list':
      return { app }
    case 'executions.get':
      return { app, number }
    case 'environments.get':
      return { app, environment: 'production' }
  }
}
