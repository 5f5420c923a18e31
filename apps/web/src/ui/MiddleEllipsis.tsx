/** A long name of a branch or service loses its middle, since the end tells such names apart. */
export function MiddleEllipsis({ text, tail = 12 }: { text: string; tail?: number }) {
  if (text.length <= tail * 2) return <span className="whitespace-nowrap">{text}</span>
  return (
    <span className="flex min-w-0" title={text}>
      <span className="min-w-0 truncate">{text.slice(0, -tail)}</span>
      <span className="flex-none whitespace-pre">{text.slice(-tail)}</span>
    </span>
  )
}
