'use client'
import clsx from 'clsx'
import { Check, Copy } from 'lucide-react'
import { useCopy } from './copy-text.ts'

function CopyIcon({ isCopied }: { isCopied: boolean }) {
  return isCopied ? (
    <>
      <Check aria-hidden="true" className="size-3.5 text-ok" />
      <span className="sr-only" role="status">
        Copied
      </span>
    </>
  ) : (
    <Copy aria-hidden="true" className="size-3.5 text-ink-3" />
  )
}

/** One command in a line of the page; a click copies it. */
export function Command({ command, className }: { command: string; className?: string }) {
  const { isCopied, copy } = useCopy(command)
  return (
    <button
      type="button"
      onClick={copy}
      title="Copy this command"
      className={clsx(
        'inline-flex h-6 min-w-0 max-w-full items-center gap-2 rounded-4 pr-1.5 pl-2 text-left font-mono text-12 text-ink-2 hover:bg-hover hover:text-ink',
        className,
      )}
    >
      <span className="min-w-0 truncate">
        <span className="text-ink-3">$ </span>
        {command}
      </span>
      <CopyIcon isCopied={isCopied} />
    </button>
  )
}

function CommandLine({ command, isCommand }: { command: string; isCommand: boolean }) {
  const { isCopied, copy } = useCopy(command)
  return (
    <button
      type="button"
      onClick={copy}
      title="Copy"
      className="flex w-full items-center justify-between gap-3 px-3 py-2 text-left font-mono text-13 text-ink hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {isCommand ? <span className="text-ink-3">$ </span> : null}
        {command}
      </span>
      <CopyIcon isCopied={isCopied} />
    </button>
  )
}

/** Commands to type, one after the other, each copied by its own click. */
export function CommandBlock({ commands, className }: { commands: string[]; className?: string }) {
  return (
    <div className={clsx('divide-y divide-line overflow-hidden rounded-6 border bg-ground', className)}>
      {commands.map((command) => (
        <CommandLine key={command} command={command} isCommand />
      ))}
    </div>
  )
}

/** A value to take elsewhere (an address, a token), whole and copied by one click. */
export function CopyValue({ value, className }: { value: string; className?: string }) {
  return (
    <div className={clsx('overflow-hidden rounded-6 border bg-ground', className)}>
      <CommandLine command={value} isCommand={false} />
    </div>
  )
}
