import type { Metadata } from 'next/types'
import { Bill } from '#src/bill/Bill.tsx'

export const metadata: Metadata = { title: 'Bill' }

export default function Page() {
  return <Bill />
}
