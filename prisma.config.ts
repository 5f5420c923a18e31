import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  // Only `migrate status` looks here; code gets its database from its app's configuration.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://127.0.0.1/slipway' },
})
