import { defineConfig } from '@playwright/test'
import { chromiumPath } from './chromium.ts'

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  // Each worker has a whole Slipway of its own; two cores carry one.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    launchOptions: { executablePath: await chromiumPath() },
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
  },
})
