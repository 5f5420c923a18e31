import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { type Sandbox, startSandbox } from '../apps/sandbox/src/index.ts'

/** A whole Slipway with nothing in it, for the tests of one file; its logs are shown when it does not start. */
export const test = base.extend<{ baseURL: string }, { slipway: Sandbox }>({
  slipway: [
    // biome-ignore lint/correctness/noEmptyPattern: the test runner reads the names from this pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-'))
      const sandbox = await startSandbox({ folder })
      await use(sandbox)
      await sandbox.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  baseURL: async ({ slipway }, use) => {
    await use(slipway.url)
  },
})

export { expect } from '@playwright/test'
