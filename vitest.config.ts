import { defineConfig } from 'vitest/config'

const places = '{packages/*,apps/*,infra,scripts}'
const integration = `${places}/**/*.integration.test.ts`
const shared = {
  exclude: ['**/node_modules/**', '**/generated/**', '**/.next/**'],
  globalSetup: './scripts/test-servers.ts',
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
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
