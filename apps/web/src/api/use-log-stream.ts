'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useOrganisation } from '../organisation/organisation.tsx'
import type { LogLine } from '../ui/LogView.tsx'
import { useLiveTopics } from './live.tsx'
import { problemOf } from './problem.ts'
import { useTRPCClient } from './trpc.ts'

/** More lines than this are let go at the top: what happens now is at the end. */
const linesMax = 5000

type Lines = { stream: string; lines: LogLine[]; isLoaded: boolean; problem: string | null }

/**
 * The lines of a stream, growing at its end as they come. Asks only for what came after the last; one question
 * at a time, and once more when news came while it was asked.
 */
export function useLogStream(stream: string): Omit<Lines, 'stream'> {
  const client = useTRPCClient()
  const { id: organisationId } = useOrganisation()
  const [state, setState] = useState<Lines>({ stream, lines: [], isLoaded: false, problem: null })
  const position = useRef<{ stream: string; after: string | undefined }>({ stream, after: undefined })
  const asking = useRef<{ stream: string; isAgain: boolean } | null>(null)

  const load = useCallback(async () => {
    if (asking.current?.stream === stream) {
      asking.current.isAgain = true
      return
    }
    const own = { stream, isAgain: true }
    asking.current = own
    if (position.current.stream !== stream) position.current = { stream, after: undefined }
    try {
      while (own.isAgain && asking.current === own) {
        own.isAgain = false
        const { after } = position.current
        const page = await client.logs.page.query({
          organisationId,
          stream,
          ...(after === undefined ? {} : { after }),
        })
        if (asking.current !== own) return
        position.current = { stream, after: page.next }
        own.isAgain ||= page.isMore
        setState((before) => {
          const kept = before.stream === stream ? before.lines : []
          const first = kept.length
          const added = page.lines.map((line, index) => ({
            key: `${line.sequence} ${index}`,
            at: line.at,
            text: line.text,
            ...(line.level === undefined ? {} : { level: line.level }),
          }))
          if (added.length === 0 && before.stream === stream && before.isLoaded && before.problem === null)
            return before
          return {
            stream,
            lines: first === 0 ? added.slice(-linesMax) : [...kept, ...added].slice(-linesMax),
            isLoaded: true,
            problem: null,
          }
        })
      }
    } catch (error) {
      setState((before) => ({
        ...(before.stream === stream ? before : { stream, lines: [], isLoaded: false }),
        problem: problemOf(error).what,
      }))
    } finally {
      if (asking.current === own) asking.current = null
    }
  }, [client, organisationId, stream])

  useEffect(() => {
    load()
    return () => {
      asking.current = null
    }
  }, [load])
  useLiveTopics((topic) => {
    if (topic === `logs:${stream}` || topic === '*') load()
  })
  return state.stream === stream ? state : { lines: [], isLoaded: false, problem: null }
}
