'use client'
import { AuthPage } from '#src/auth/AuthPage.tsx'
import { Button } from '#src/ui/Button.tsx'

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <AuthPage
      title="This page broke"
      lead={`It is our fault, not yours, and nothing that runs is touched by it.${error.digest ? ` It is noted as ${error.digest}.` : ''}`}
    >
      <div>
        <Button look="go" onClick={reset}>
          Try again
        </Button>
      </div>
    </AuthPage>
  )
}
