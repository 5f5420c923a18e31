'use client'
import { Dialog as Primitive } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { Button } from './Button.tsx'
import { TextField } from './Field.tsx'
import { type Problem, ProblemNotice } from './Notice.tsx'

/** A question that must be answered or put aside before anything else. Escape puts it aside. */
export function Dialog({
  isOpen,
  onClose,
  title,
  children,
}: {
  isOpen: boolean
  onClose: () => void
  title: string
  children: ReactNode
}) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-[light-dark(#0d151366,#000000a6)]" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[min(520px,calc(100vw-24px))] -translate-x-1/2 overflow-auto rounded-6 border border-line-2 bg-surface p-5"
        >
          <Primitive.Title className="text-16 font-semibold tracking-[-0.012em]">{title}</Primitive.Title>
          <div className="mt-2.5 grid gap-3 text-13 text-ink-2">{children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

/**
 * Asks before something is lost: says what is lost and what stays, and wants the thing's name typed. The
 * button stays off until the name is right.
 */
export function DangerDialog({
  isOpen,
  onClose,
  title,
  name,
  action,
  busy,
  problem,
  onConfirm,
  children,
}: {
  isOpen: boolean
  onClose: () => void
  title: string
  /** What must be typed. */
  name: string
  /** The verb on the button, such as "Delete shop". */
  action: string
  busy: string | false
  problem: Problem | null
  onConfirm: () => void
  children: ReactNode
}) {
  const [typed, setTyped] = useState('')
  const close = () => {
    setTyped('')
    onClose()
  }
  return (
    <Dialog isOpen={isOpen} onClose={close} title={title}>
      {children}
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed === name && !busy) onConfirm()
        }}
      >
        <TextField
          label={
            <>
              Type <code className="text-ink">{name}</code>
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          isMono
          autoComplete="off"
          spellCheck={false}
        />
        {problem ? <ProblemNotice problem={problem} isUrgent /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Keep</Button>
          <Button
            type="submit"
            look="danger"
            busy={busy}
            reason={typed === name ? undefined : 'The name is not typed yet.'}
            reasonHidden
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
