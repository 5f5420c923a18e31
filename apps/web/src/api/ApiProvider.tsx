'use client'
import type { AppRouter } from '@slipway/api'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { type ReactNode, useState } from 'react'
import { isAnswered } from './problem.ts'
import { TRPCProvider } from './trpc.ts'

/** The api at our own origin; the session's cookie goes along by itself. */
const url = '/trpc'

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === 'subscription',
          true: httpSubscriptionLink({ url }),
          false: httpBatchLink({ url, maxURLLength: 2000 }),
        }),
      ],
    }),
  )
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // News comes by the live subscription; this only bounds what a missed one can cost.
        staleTime: 15_000,
        // An answer that refuses will refuse again; only silence is asked a second time.
        retry: (count, error) => !isAnswered(error) && count < 3,
        // What is on the screen stays there while something newer comes, or does not.
        refetchOnWindowFocus: true,
      },
    },
  })
}
