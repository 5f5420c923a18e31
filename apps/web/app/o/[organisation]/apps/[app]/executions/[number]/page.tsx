import type { Metadata } from 'next/types'
import { Execution } from '#src/executions/Execution.tsx'

export const metadata: Metadata = { title: 'Execution' }

export default function Page() {
  return <Execution />
}
