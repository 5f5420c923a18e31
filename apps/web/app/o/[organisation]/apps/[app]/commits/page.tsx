import type { Metadata } from 'next/types'
import { Commits } from '#src/apps/Commits.tsx'

export const metadata: Metadata = { title: 'Commits' }

export default function Page() {
  return <Commits />
}
