import type { NextConfig } from 'next/types'
import { isDevelopment } from './src/config.ts'

/**
 * The dashboard stands behind the front router at one origin: /trpc and /auth go to the api there and never
 * reach this process, so that no address of the api is known here.
 */
const config: NextConfig = {
  // A file page.dev.tsx is a page only while developing: the gallery of parts is not in the product.
  pageExtensions: isDevelopment ? ['dev.tsx', 'tsx', 'ts'] : ['tsx', 'ts'],
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // While developing, the pages are opened by the front router's address, not by Next's own.
  allowedDevOrigins: ['127.0.0.1', 'localhost'],
  // Types are checked by `tsc -p apps/web`, with all other packages; a second time here would only slow the start.
  typescript: { ignoreBuildErrors: true },
  // TypeScript sources of the workspace are imported for their types alone; nothing of them is bundled.
  experimental: { optimizePackageImports: ['lucide-react', 'radix-ui'] },
}

export default config
