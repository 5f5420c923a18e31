import type { Metadata } from 'next/types'
import { Account } from '#src/account/Account.tsx'

export const metadata: Metadata = { title: 'Your account' }

export default function Page() {
  return <Account />
}
