'use client'
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { z } from 'zod'
import { paths } from '../paths.ts'
import { authRequest } from './request.ts'

const sessionShape = z
  .object({
    session: z.object({ id: z.string(), token: z.string(), expiresAt: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), email: z.string(), emailVerified: z.boolean() }),
  })
  .nullable()

export type Session = NonNullable<z.infer<typeof sessionShape>>

const sessionKey = ['auth', 'session'] as const

/** Who is signed in; null for nobody. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({
    queryKey: sessionKey,
    staleTime: 60_000,
    queryFn: async () => {
      const answer = await authRequest('/get-session')
      if (!answer.ok) throw new Error(answer.problem.what)
      return sessionShape.parse(answer.body)
    },
  })
}

/** Forgets all that was fetched for the person before, then asks again who is signed in. */
export function useSessionChanged(): () => void {
  const queryClient = useQueryClient()
  return () => {
    queryClient.clear()
  }
}

/** Signs out here and goes to the sign-in page, from there to `next`. */
export function useSignOut(next?: string, email?: string): () => void {
  const router = useRouter()
  const changed = useSessionChanged()
  return () => {
    authRequest('/sign-out', {}).then(() => {
      changed()
      router.push(paths.signIn(next, email))
    })
  }
}
