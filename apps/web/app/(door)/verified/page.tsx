import type { Metadata } from 'next/types'
import { Verified } from '#src/auth/Verify.tsx'

export const metadata: Metadata = { title: 'Address verified' }

export default function Page() {
  return <Verified />
}
