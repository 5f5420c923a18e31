import type { Metadata } from 'next/types'
import { SignIn } from '#src/auth/SignIn.tsx'

export const metadata: Metadata = { title: 'Sign in' }

export default function Page() {
  return <SignIn />
}
