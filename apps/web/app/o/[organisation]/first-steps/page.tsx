import type { Metadata } from 'next/types'
import { FirstSteps } from '#src/first-steps/FirstSteps.tsx'

export const metadata: Metadata = { title: 'First steps' }

export default function Page() {
  return <FirstSteps />
}
