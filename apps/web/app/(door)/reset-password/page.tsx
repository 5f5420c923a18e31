import type { Metadata } from 'next/types'
import { Reset } from '#src/auth/Reset.tsx'

export const metadata: Metadata = { title: 'Choose a password' }

export default function Page() {
  return <Reset />
}
