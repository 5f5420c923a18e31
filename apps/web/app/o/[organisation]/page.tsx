import type { Metadata } from 'next/types'
import { Apps } from '#src/apps/Apps.tsx'

export const metadata: Metadata = { title: 'Apps' }

export default function Page() {
  return <Apps />
}
