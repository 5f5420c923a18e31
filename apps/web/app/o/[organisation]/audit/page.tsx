import type { Metadata } from 'next/types'
import { AuditLog } from '#src/people/AuditLog.tsx'

export const metadata: Metadata = { title: 'Audit log' }

export default function Page() {
  return <AuditLog />
}
