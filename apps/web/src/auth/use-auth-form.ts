'use client'
import { useState } from 'react'
import type { Problem } from '../ui/Notice.tsx'
import { type AuthAnswer, authRequest } from './request.ts'

/** One form of the door: sends once at a time, keeps the problem until the next try. */
export function useAuthForm(onDone: (answer: AuthAnswer & { ok: true }) => void) {
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (path: string, body: Record<string, unknown>): Promise<AuthAnswer> => {
    setSending(true)
    setProblem(null)
    const answer = await authRequest(path, body)
    setSending(false)
    if (answer.ok) onDone(answer)
    else setProblem(answer.problem)
    return answer
  }
  return { isSending, problem, setProblem, send }
}
