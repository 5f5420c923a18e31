import type { Metadata } from 'next/types'
import { Variables } from '#src/variables/Variables.tsx'

export const metadata: Metadata = { title: 'Variables and secrets' }

export default function Page() {
  return <Variables />
}
