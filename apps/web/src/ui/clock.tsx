'use client'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const ClockContext = createContext<Date | null>(null)

/**
 * The time that all relative times on the page share, renewed each second. `offsetMilliseconds` is what the
 * product's clock is ahead of the browser's; null before the first second in the browser, so that server and
 * browser draw the same.
 */
export function ClockProvider({
  offsetMilliseconds,
  children,
}: {
  offsetMilliseconds: number
  children: ReactNode
}) {
  const [now, setNow] = useState<Date | null>(null)
  useEffect(() => {
    const tick = () => setNow(new Date(Date.now() + offsetMilliseconds))
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [offsetMilliseconds])
  return <ClockContext value={now}>{children}</ClockContext>
}

/** Now, to the second; null while the page is not in the browser yet. */
export function useNow(): Date | null {
  return useContext(ClockContext)
}
