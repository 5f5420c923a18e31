import type { Metadata } from 'next/types'
import { Forgot } from '#src/auth/Reset.tsx'

export const metadata: Metadata = { title: 'A new password' }

export default function Page() {
  return <Forgot />
}
