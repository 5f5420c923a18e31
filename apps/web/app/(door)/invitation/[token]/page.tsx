import type { Metadata } from 'next/types'
import { Invitation } from '#src/people/Invitation.tsx'

export const metadata: Metadata = { title: 'Invitation' }

export default function Page() {
  return <Invitation />
}
