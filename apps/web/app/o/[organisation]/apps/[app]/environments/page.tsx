import type { Metadata } from 'next/types'
import { Environments } from '#src/environments/Environments.tsx'

export const metadata: Metadata = { title: 'Environments' }

export default function Page() {
  return <Environments />
}
