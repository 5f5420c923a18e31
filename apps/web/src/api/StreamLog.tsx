'use client'
import { LoadingRows } from '../ui/Empty.tsx'
import { LogView } from '../ui/LogView.tsx'
import { useLogStream } from './use-log-stream.ts'

/** The log of one stream, live. */
export function StreamLog({
  stream,
  label,
  isLive,
  empty,
  height,
}: {
  stream: string
  label: string
  isLive: boolean
  empty: string
  height?: string
}) {
  const { lines, isLoaded, problem } = useLogStream(stream)
  if (problem && lines.length === 0) return <p className="p-4 text-13 text-bad">{problem}</p>
  if (!isLoaded) return <LoadingRows what={label} />
  return <LogView lines={lines} label={label} isLive={isLive} empty={empty} {...(height ? { height } : {})} />
}
