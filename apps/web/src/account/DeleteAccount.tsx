'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useSessionChanged } from '../auth/session.ts'
import { useAuthForm } from '../auth/use-auth-form.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'

/** The end of the account, by its password; what is lost and what stays is said before. */
export function DeleteAccount({ email }: { email: string }) {
  const router = useRouter()
  const changed = useSessionChanged()
  const [isOpen, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const form = useAuthForm(() => {
    changed()
    router.replace(paths.welcome())
  })
  const close = () => {
    setPassword('')
    form.setProblem(null)
    setOpen(false)
  }
  return (
    <Panel title="Delete the account">
      <PanelBody className="grid justify-items-start gap-3 text-13 text-ink-2">
        <p>Apps run on: they belong to their organisations. You lose your way into them.</p>
        <Button look="danger" onClick={() => setOpen(true)}>
          Delete the account
        </Button>
      </PanelBody>
      <Dialog isOpen={isOpen} onClose={close} title={`Delete the account of ${email}`}>
        <p>
          <b className="text-ink">Lost at once:</b> every membership, every token, every session, and your
          name and address with us.
        </p>
        <p>
          <b className="text-ink">Stays:</b> what you did, in the audit logs of the organisations, as “a
          former member”.
        </p>
        {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (!form.isSending) form.send('/delete-account', { password })
          }}
        >
          <TextField
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Keep</Button>
            <Button
              type="submit"
              look="danger"
              busy={form.isSending && 'Deleting'}
              reason={password ? undefined : 'The password is not typed yet.'}
              reasonHidden
            >
              Delete the account
            </Button>
          </div>
        </form>
      </Dialog>
    </Panel>
  )
}
