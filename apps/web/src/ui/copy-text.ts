'use client'
import { useEffect, useState } from 'react'

/** Copies a text; `isCopied` stays true for two seconds, so that what happened is said where it happened. */
export function useCopy(text: string): { isCopied: boolean; copy: () => void } {
  const [copiedAt, setCopiedAt] = useState<number | null>(null)
  useEffect(() => {
    if (copiedAt === null) return
    const timer = setTimeout(() => setCopiedAt(null), 2000)
    return () => clearTimeout(timer)
  }, [copiedAt])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopiedAt(Date.now()),
      // Where the browser refuses the clipboard, the text stays selectable beside the button.
      () => setCopiedAt(null),
    )
  }
  return { isCopied: copiedAt !== null, copy }
}
