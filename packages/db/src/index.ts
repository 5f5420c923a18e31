/**
 * The one way to Postgres. In: a tenant, or a named path that sees every tenant, and a function of a transaction.
 * Always true: a transaction of a tenant sees that tenant's rows alone (row-level security, forced); leases count
 * by the database's clock and their fences only grow; NOTIFY is heard after the commit. What the tables mean is
 * told at their models and left to the one package that writes each.
 */
export { announce, liveChannel, parseAnnouncement } from './announce.ts'
export { readClockOffset } from './clock-offset.ts'
export { type Database, type DatabaseUrls, openDatabase, type Tx } from './database.ts'
export { Prisma, type PrismaClient } from './generated/client.ts'
export { type HeldLease, handOverLease, leaseHolder, releaseLease, takeLease } from './lease.ts'
export { migrate, type RoleUrls, roleUrls } from './migrate.ts'
export { ensurePartition } from './partition.ts'
export { dropValue, openValue, sealValue } from './seal.ts'
export { type SystemPath, systemPaths } from './system.ts'
