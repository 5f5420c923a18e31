import type { Metadata } from 'next/types'
import { Home } from '#src/organisation/Home.tsx'

export const metadata: Metadata = { title: 'Home' }

export default function Page() {
  return <Home />
}
