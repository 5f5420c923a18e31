'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { authRequest } from '../auth/request.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { Button } from '../ui/Button.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'

const sessionsShape = z.array(
  z.object({
    id: z.string(),
    token: z.string(),
    createdAt: z.string(),
    userAgent: z.string().nullish(),
    ipAddress: z.string().nullish(),
  }),
)

/** Where the person is signed in; each but this one can be ended, or all of them. */
export function Sessions({ current }: { current: string }) {
  const queryClient = useQueryClient()
  const sessions = useQuery({
    queryKey: ['auth', 'sessions'],
    queryFn: async () => {
      const answer = await authRequest('/list-sessions')
      if (!answer.ok) throw new Error(answer.problem.what)
      return sessionsShape.parse(answer.body)
    },
  })
  const end = useMutation({
    mutationFn: (token: string) => authRequest('/revoke-session', { token }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['auth', 'sessions'] }),
  })
  const endOthers = useMutation({
    mutationFn: () => authRequest('/revoke-other-sessions', {}),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['auth', 'sessions'] }),
  })
  const refused = [end.data, endOthers.data].find((answer) => answer?.ok === false)
  const hasOthers = (sessions.data ?? []).some((one) => one.token !== current)
  return (
    <Panel
      title="Sessions"
      sub="Where you are signed in"
      aside={
        <Button
          size="small"
          reason={hasOthers ? undefined : 'There is no other session.'}
          reasonHidden
          busy={endOthers.isPending && 'Ending'}
          onClick={() => endOthers.mutate()}
        >
          End all others
        </Button>
      }
    >
      {refused && !refused.ok ? (
        <PanelBody>
          <ProblemNotice problem={refused.problem} isUrgent />
        </PanelBody>
      ) : null}
      <Loaded query={sessions} what="your sessions">
        {(list) => (
          <Rows>
            {list.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-13">
                <span className="min-w-0 flex-1">
                  <span className="block truncate" title={one.userAgent ?? undefined}>
                    {browserOf(one.userAgent)}
                  </span>
                  <span className="text-12 text-ink-3">
                    {one.ipAddress ? `${one.ipAddress}, ` : ''}signed in <Time at={one.createdAt} />
                  </span>
                </span>
                {one.token === current ? (
                  <State kind="good">This one</State>
                ) : (
                  <Button
                    size="small"
                    busy={end.isPending && end.variables === one.token && 'Ending'}
                    onClick={() => end.mutate(one.token)}
                  >
                    End it
                  </Button>
                )}
              </li>
            ))}
          </Rows>
        )}
      </Loaded>
    </Panel>
  )
}

/** "Firefox on Linux" of what a browser says of itself; only for telling sessions apart. */
function browserOf(userAgent: string | null | undefined): string {
  if (!userAgent) return 'A browser that does not say what it is'
  const browser = [/Firefox/, /Edg/, /Chrome/, /Safari/].find((pattern) => pattern.test(userAgent))
  const names: Record<string, string> = {
    Firefox: 'Firefox',
    Edg: 'Edge',
    Chrome: 'Chrome',
    Safari: 'Safari',
  }
  const system = ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name))
  return `${names[browser?.source ?? ''] ?? 'A browser'}${system ? ` on ${system}` : ''}`
}
