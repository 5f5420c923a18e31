import type { Metadata } from 'next/types'
import { Pipeline } from '#src/pipeline/Pipeline.tsx'

export const metadata: Metadata = { title: 'Pipeline' }

export default function Page() {
  return <Pipeline />
}
