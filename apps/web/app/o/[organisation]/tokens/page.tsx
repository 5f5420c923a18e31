import type { Metadata } from 'next/types'
import { Tokens } from '#src/people/Tokens.tsx'

export const metadata: Metadata = { title: 'Tokens' }

export default function Page() {
  return <Tokens />
}
