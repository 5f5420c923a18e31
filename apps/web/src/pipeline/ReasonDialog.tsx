'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { TextField } from '../ui/Field.tsx'
import { type Problem, ProblemNotice } from '../ui/Notice.tsx'

/** What the api asks of a reason at least and takes at most. */
const charactersMin = 3
const charactersMax = 500

/** Asks for the reason of something that is kept with it: says what follows, wants a sentence, and does it. */
export function ReasonDialog({
  title,
  label,
  isNeeded,
  action,
  look,
  busy,
  problem,
  onClose,
  onConfirm,
  children,
}: {
  title: string
  /** What the reason is kept with, such as "Reason, kept with the approval". */
  label: string
  /** Without a reason it is refused. */
  isNeeded: boolean
  /** The verb on the button. */
  action: string
  look: 'go' | 'danger'
  busy: string | false
  problem: Problem | null
  onClose: () => void
  onConfirm: (reason: string) => void
  children: ReactNode
}) {
  const [reason, setReason] = useState('')
  const given = reason.trim()
  const isMissing = isNeeded && given.length < charactersMin
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      {children}
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isMissing && !busy) onConfirm(given)
        }}
      >
        <TextField
          label={label}
          hint={isNeeded ? 'A few words at least; the audit log keeps them.' : 'May stay empty.'}
          maxLength={charactersMax}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {problem ? <ProblemNotice problem={problem} isUrgent /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button
            type="submit"
            look={look}
            busy={busy}
            reason={isMissing ? 'The reason is not given yet.' : undefined}
            reasonHidden
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
