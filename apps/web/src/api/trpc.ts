import type { AppRouter } from '@slipway/api'
import type { inferRouterOutputs } from '@trpc/server'
import { createTRPCContext } from '@trpc/tanstack-react-query'

/** The one thing the dashboard knows of the api: the type of its router. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** What a procedure answers, such as `Answers['apps']['list']`. */
export type Answers = inferRouterOutputs<AppRouter>

/** Where the pages of a list begin: at the newest, before nothing. */
export const firstPage: number | undefined = undefined
