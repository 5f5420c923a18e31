'use client'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { ClockProvider } from '../ui/clock.tsx'
import { type Answers, useTRPC } from './trpc.ts'

export type LiveState = {
  /** Whether news comes in now; null before the first answer. */
  isLive: boolean | null
  /** When the last news came, or when the line was cut. */
  lastAt: Date | null
}

type Listener = (topic: string) => void

const LiveContext = createContext<{ state: LiveState; listen: (listener: Listener) => () => void } | null>(
  null,
)

/** News that come within this time are answered by one fetch. */
const gatherMilliseconds = 120

/**
 * Keeps what is on the screen true: the api says what changed, and what shows it is fetched again. One
 * subscription an organisation; it comes back by itself after a cut, and then everything is fetched.
 */
export function LiveProvider({ organisationId, children }: { organisationId: string; children: ReactNode }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const listeners = useRef(new Set<Listener>())
  const waiting = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const [state, setState] = useState<LiveState>({ isLive: null, lastAt: null })
  const [offsetMilliseconds, setOffset] = useState(0)

  const flush = () => {
    timer.current = null
    const topics = [...waiting.current]
    waiting.current.clear()
    refetch(queryClient, trpc, topics)
    for (const topic of topics) for (const listener of listeners.current) listener(topic)
  }

  useSubscription(
    trpc.live.changes.subscriptionOptions(
      { organisationId },
      {
        onStarted: () => setState((before) => ({ ...before, isLive: true })),
        onData: ({ topic, at }) => {
          setOffset(clockOffset(Date.parse(at) - Date.now()))
          setState({ isLive: true, lastAt: new Date(at) })
          waiting.current.add(topic)
          timer.current ??= setTimeout(flush, gatherMilliseconds)
        },
        onConnectionStateChange: ({ state: connection }) => {
          if (connection !== 'connecting') return
          setState((before) => (before.isLive === true ? { isLive: false, lastAt: new Date() } : before))
        },
        onError: () => {
          setState({ isLive: false, lastAt: new Date() })
          // Whoever is no member any more is told so by what they may still ask.
          queryClient.invalidateQueries(trpc.organisations.pathFilter())
        },
      },
    ),
  )
  useEffect(() => () => clearTimeout(timer.current ?? undefined), [])

  const [listen] = useState(() => (listener: Listener) => {
    listeners.current.add(listener)
    return () => {
      listeners.current.delete(listener)
    }
  })
  return (
    <LiveContext value={{ state, listen }}>
      <ClockProvider offsetMilliseconds={offsetMilliseconds}>{children}</ClockProvider>
    </LiveContext>
  )
}

/** Times are told by the product's clock. What differs by less than a breath is the way of the news itself. */
function clockOffset(milliseconds: number): number {
  return Math.abs(milliseconds) < 3000 ? 0 : milliseconds
}

export function useLiveState(): LiveState {
  return useContext(LiveContext)?.state ?? { isLive: null, lastAt: null }
}

/** Calls back on each topic, for what is not a query (a log that grows). */
export function useLiveTopics(listener: Listener): void {
  const listen = useContext(LiveContext)?.listen
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => listen?.((topic) => latest.current(topic)), [listen])
}

type Nouns = Exclude<keyof Answers, 'live'>

/** What each kind of topic may have changed. Logs are absent: they grow at their end (see use-log-stream.ts). */
const nounsOf: Record<string, Nouns[]> = {
  apps: ['apps', 'firstSteps', 'pushes', 'costs'],
  app: ['apps', 'commits', 'executions', 'pipeline', 'pushes', 'environments', 'firstSteps', 'costs'],
  execution: [
    'executions',
    'canaries',
    'pipeline',
    'commits',
    'pushes',
    'apps',
    'environments',
    'firstSteps',
  ],
  environment: [
    'environments',
    'runs',
    'disks',
    'monitors',
    'pipeline',
    'apps',
    'variables',
    'firstSteps',
    'costs',
  ],
  'cloud-account': ['cloudAccounts', 'firstSteps'],
  metrics: ['metrics', 'monitors'],
  canary: ['canaries'],
  runs: ['runs'],
  bill: ['bill', 'invoices'],
  members: ['members', 'invitations', 'organisations', 'tokens'],
}

function refetch(queryClient: QueryClient, trpc: ReturnType<typeof useTRPC>, topics: string[]) {
  if (topics.includes('*')) {
    queryClient.invalidateQueries()
    return
  }
  const nouns = new Set(topics.flatMap((topic) => nounsOf[topic.split(':')[0] ?? ''] ?? []))
  for (const noun of nouns) queryClient.invalidateQueries(trpc[noun].pathFilter())
}
