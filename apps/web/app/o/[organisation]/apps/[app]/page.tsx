import type { Metadata } from 'next/types'
import { AppPage } from '#src/apps/AppPage.tsx'

export const metadata: Metadata = { title: 'Overview' }

export default function Page() {
  return <AppPage />
}
