import type { Metadata } from 'next/types'
import { CloudAccount } from '#src/cloud-accounts/CloudAccount.tsx'

export const metadata: Metadata = { title: 'Cloud account' }

export default function Page() {
  return <CloudAccount />
}
