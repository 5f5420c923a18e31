import type { Metadata } from 'next/types'
import { People } from '#src/people/People.tsx'

export const metadata: Metadata = { title: 'People' }

export default function Page() {
  return <People />
}
