import type { Metadata } from 'next/types'
import { Connect } from '#src/cloud-accounts/Connect.tsx'

export const metadata: Metadata = { title: 'Connect an AWS account' }

export default function Page() {
  return <Connect />
}
