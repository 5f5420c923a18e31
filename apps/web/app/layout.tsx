import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import { cookies } from 'next/headers'
import type { Metadata, Viewport } from 'next/types'
import type { ReactNode } from 'react'
import { themeCookie, themeOf } from '#src/ui/theme.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Slipway', template: '%s · Slipway' },
  description: 'Push. It runs in your own AWS account.',
}
export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f8faf9' },
    { media: '(prefers-color-scheme: dark)', color: '#090d0c' },
  ],
}

export default async function Layout({ children }: { children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value)
  return (
    <html lang="en" data-theme={theme ?? undefined} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>{children}</body>
    </html>
  )
}
