import type { Metadata } from 'next/types'
import { Permissions } from '#src/cloud-accounts/Permissions.tsx'

export const metadata: Metadata = { title: 'What Slipway may do' }

export default function Page() {
  return <Permissions />
}
