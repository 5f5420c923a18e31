import type { Metadata } from 'next/types'
import { AppSettings } from '#src/apps/AppSettings.tsx'

export const metadata: Metadata = { title: 'Settings' }

export default function Page() {
  return <AppSettings />
}
