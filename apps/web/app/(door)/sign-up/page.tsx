import type { Metadata } from 'next/types'
import { SignUp } from '#src/auth/SignUp.tsx'

export const metadata: Metadata = { title: 'Sign up' }

export default function Page() {
  return <SignUp />
}
