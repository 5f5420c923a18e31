import { type ReactNode, Suspense } from 'react'
import { ApiProvider } from '#src/api/ApiProvider.tsx'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <ApiProvider>
      <Suspense>{children}</Suspense>
    </ApiProvider>
  )
}
