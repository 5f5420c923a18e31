'use client'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { linkProblem } from '../auth/request.ts'
import type { Session } from '../auth/session.ts'
import { useAuthForm } from '../auth/use-auth-form.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'

/** Another address, once the mailbox of the one there is and then the new one have agreed. */
export function Address({ session }: { session: Session }) {
  const followed = useSearchParams()
  const [email, setEmail] = useState('')
  const [askedFor, setAskedFor] = useState<string | null>(null)
  const form = useAuthForm(() => setAskedFor(email.trim()))
  const error = followed.get('error')
  return (
    <Panel title="E-mail" sub="It changes when both mailboxes have agreed">
      <PanelBody className="grid gap-3">
        {error ? <ProblemNotice problem={linkProblem(error)} /> : null}
        {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
        <Progress
          own={session.user.email}
          askedFor={askedFor}
          followed={error ? null : followed.get('address')}
        />
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            const newEmail = email.trim()
            form.send('/change-email', { newEmail, callbackURL: paths.addressChange(newEmail) })
          }}
        >
          <TextField
            label="New address"
            type="email"
            className="w-full max-w-[320px]"
            autoComplete="email"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Button type="submit" busy={form.isSending && 'Sending'}>
            Change
          </Button>
        </form>
      </PanelBody>
    </Panel>
  )
}

/** How far the change is: asked for here, allowed by the first link, or done by the second. */
function Progress({
  own,
  askedFor,
  followed,
}: {
  own: string
  askedFor: string | null
  followed: string | null
}) {
  if (askedFor) {
    return (
      <p role="status" className="text-13 text-ink-2">
        A mail is on its way to <b className="text-ink">{own}</b>. Allow the change to{' '}
        <b className="text-ink">{askedFor}</b> by the link in it.
      </p>
    )
  }
  if (!followed) return null
  if (followed.toLowerCase() === own.toLowerCase()) {
    return (
      <span role="status">
        <State kind="good">Your address is {own} now</State>
      </span>
    )
  }
  return (
    <p role="status" className="text-13 text-ink-2">
      Allowed. The second link is in a mail to <b className="text-ink [overflow-wrap:anywhere]">{followed}</b>
      ; until it is opened your address stays {own}.
    </p>
  )
}
