import { defineConfig } from 'vitest/config'

const places = '{packages/*,apps/*,infra,scripts}'
const integration = `${places}/**/*.integration.test.ts`
/** What measures time or load, or starts a whole product: one at a time, with nothing beside it. */
const alone = 'apps/{sandbox,agent}/src/{*,{gate,deploy,faults,parts}/**/*}.integration.test.ts'
const shared = {
  exclude: ['**/node_modules/**', '**/generated/**', '**/.next/**'],
  globalSetup: './scripts/test-servers.ts',
  // Files share what they import, which takes as long as the tests do: whoever changes a global puts it back.
  isolate: false,
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [`${places}/**/*.test.{ts,tsx}`],
          exclude: [...shared.exclude, integration],
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          include: [integration],
          exclude: [...shared.exclude, alone],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'alone',
          isolate: true,
          include: [alone],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
