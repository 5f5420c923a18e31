import type { Metadata } from 'next/types'
import { CloudAccounts } from '#src/cloud-accounts/CloudAccounts.tsx'

export const metadata: Metadata = { title: 'Cloud accounts' }

export default function Page() {
  return <CloudAccounts />
}
