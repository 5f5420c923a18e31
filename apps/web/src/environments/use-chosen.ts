'use client'
import { usePathname, useSearchParams } from 'next/navigation'
import { paths } from '../paths.ts'

/**
 * What is chosen on this page, out of its address, and how to choose something else. Only the address changes:
 * the page stays as it is and nothing is asked of the server.
 */
export function useChosen(): {
  chosen: (name: string) => string | null
  choose: (changes: Record<string, string | null>) => void
} {
  const page = usePathname()
  const parameters = useSearchParams()
  return {
    chosen: (name) => parameters.get(name),
    choose: (changes) =>
      window.history.replaceState(
        null,
        '',
        paths.chosen(page, { ...Object.fromEntries(parameters), ...changes }),
      ),
  }
}
