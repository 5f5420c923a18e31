import type { Metadata } from 'next/types'
import { Environment } from '#src/environments/Environments.tsx'

export const metadata: Metadata = { title: 'Environment' }

export default function Page() {
  return <Environment />
}
