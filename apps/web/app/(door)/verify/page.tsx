import type { Metadata } from 'next/types'
import { Verify } from '#src/auth/Verify.tsx'

export const metadata: Metadata = { title: 'Verify your address' }

export default function Page() {
  return <Verify />
}
