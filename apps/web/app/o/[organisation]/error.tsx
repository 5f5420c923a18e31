'use client'
import { Button } from '#src/ui/Button.tsx'
import { ProblemNotice } from '#src/ui/Notice.tsx'

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <ProblemNotice
      problem={{
        what: 'This page broke.',
        why: 'It is our fault, not yours, and nothing that runs is touched by it.',
        ...(error.digest ? { todo: `It is noted as ${error.digest}.` } : {}),
      }}
      action={<Button onClick={reset}>Try again</Button>}
      isUrgent
    />
  )
}
