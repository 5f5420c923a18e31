import type { Metadata } from 'next/types'
import { DeployPush } from '#src/executions/DeployPush.tsx'

export const metadata: Metadata = { title: 'Deploy' }

export default function Page() {
  return <DeployPush />
}
