import type { Metadata } from 'next/types'
import { NewApp } from '#src/apps/NewApp.tsx'

export const metadata: Metadata = { title: 'Create an app' }

export default function Page() {
  return <NewApp />
}
