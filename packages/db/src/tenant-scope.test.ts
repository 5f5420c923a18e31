import { asId, newId } from '@slipway/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { Prisma } from './generated/client.ts'
import { takeLease } from './lease.ts'
import { ensurePartition } from './partition.ts'
import { prepareTenant, runScoped } from './scoped-query.ts'
import { testDatabase } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
const ours = newId('organisation')
const theirs = newId('organisation')

beforeAll(async () => {
  t = await testDatabase()
  await t.db.inSystem('create an organisation', async (tx) => {
    for (const id of [ours, theirs])
      await tx.organisation.create({ data: { id, slug: id.slice(4), name: 'x', createdAt: new Date() } })
  })
})
afterAll(() => t.close())

describe('tenant scope', () => {
  it('forces row-level security on every table of a tenant, partitions included', async () => {
    await t.db.inSystem('sweep', (tx) => ensurePartition(tx, 'usage', new Date('2026-02-11')))
    const open = await t.db.inSystem(
      'sweep',
      (tx) =>
        tx.$queryRaw<{ name: string }[]>`
        select c.relname as name from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and (not c.relrowsecurity or not c.relforcerowsecurity
               or not exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polqual is not null and p.polwithcheck is not null))
        order by 1`,
    )
    expect(open.map((row) => row.name)).toEqual([
      '_prisma_migrations',
      'account',
      'clock_offset',
      'session',
      'stripe_event',
      'system_setting',
      'user',
      'verification',
    ])
  })

  it('gives no application role the right to bypass it, but the system role', async () => {
    const roles = await t.db.inSystem(
      'sweep',
      (tx) =>
        tx.$queryRaw<
          { name: string }[]
        >`select rolname as name from pg_roles where rolname like 'slipway_%' and (rolbypassrls or rolsuper)`,
    )
    expect(roles).toEqual([{ name: 'slipway_system' }])
  })

  it('grants the application nothing outside tenant scope but reading the clock and the switches', async () => {
    const grants = await t.db.inSystem(
      'sweep',
      (tx) =>
        tx.$queryRaw<{ name: string; right: string }[]>`
        select c.relname as name, a.privilege_type as right
        from pg_class c cross join lateral aclexplode(c.relacl) a
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
          and a.grantee = 'slipway_app'::regrole order by 1, 2`,
    )
    expect(grants).toEqual([
      { name: 'clock_offset', right: 'SELECT' },
      { name: 'system_setting', right: 'SELECT' },
    ])
  })

  it('shows each organisation itself alone', async () => {
    const seen = await t.db.inOrganisation(ours, (tx) => tx.organisation.findMany())
    expect(seen.map((row) => row.id)).toEqual([ours])
  })

  it('refuses a row written for another organisation', async () => {
    await expect(t.db.inOrganisation(ours, (tx) => takeLease(tx, theirs, 'x', 'me', 10))).rejects.toThrow(
      /row-level security/,
    )
  })

  describe('in single statements', () => {
    const own = Prisma.sql`select id from organisation`

    it('shows each organisation itself alone, whichever was asked for before on the same connection', async () => {
      const one = openDatabase({ url: t.url, systemUrl: t.systemUrl, connectionsMax: 1 })
      for (const id of [ours, theirs, ours])
        expect(await one.statementInOrganisation(id, own)).toEqual([{ id }])
      const asked = Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? theirs : ours))
      const seen = await Promise.all(asked.map((id) => t.db.statementInOrganisation(id, own)))
      expect(seen).toEqual(asked.map((id) => [{ id }]))
      await one.close()
    })

    it('leaves no tenant behind on the connection', async () => {
      const pool = new pg.Pool({ connectionString: t.url, max: 1, onConnect: prepareTenant })
      const setting = `select current_setting('slipway.organisation', true) as tenant`
      const scoped = { name: 'setting', text: setting, values: [] }
      expect(await runScoped(await pool.connect(), ours, scoped)).toEqual([{ tenant: ours }])
      expect((await pool.query(setting)).rows).toEqual([{ tenant: '' }])
      expect((await pool.query('select id from organisation')).rows).toEqual([])
      await pool.end()
    })

    it('gives values as values, and rows as the driver reads them', async () => {
      const text = `'; select 1; --`
      const at = new Date('2026-03-31T23:00:00Z')
      const rows = await t.db.statementInOrganisation(
        ours,
        Prisma.sql`select ${text}::text as text, ${at}::timestamptz as at, ${['a', 'b']}::text[] as list, ${null}::int as none from generate_series(1, 2)`,
      )
      expect(rows).toEqual([1, 2].map(() => ({ text, at, list: ['a', 'b'], none: null })))
    })

    it('refuses a row written for another organisation, keeps none of it, and goes on', async () => {
      const lease = (id: string) =>
        Prisma.sql`insert into lease values (${id}, 'written', 'me', 1, now()) returning organisation_id`
      await expect(t.db.statementInOrganisation(ours, lease(theirs))).rejects.toThrow(/row-level security/)
      await expect(
        t.db.statementInOrganisation(ours, Prisma.sql`select no_such_thing from organisation`),
      ).rejects.toThrow(/no_such_thing/)
      expect(await t.db.statementInOrganisation(ours, lease(ours))).toEqual([{ organisation_id: ours }])
      expect(await t.db.statementInOrganisation(theirs, Prisma.sql`select * from lease`)).toEqual([])
    })

    it('says where a statement that fails was asked for', async () => {
      const error: unknown = await t.db
        .statementInOrganisation(ours, Prisma.sql`select 1 / 0`)
        .catch((error) => error)
      expect(error).toBeInstanceOf(Error)
      expect(String(Object(error).stack)).toContain('tenant-scope.test')
    })
  })

  it('refuses to change recorded usage, also on system paths', async () => {
    await expect(t.db.inSystem('sweep', (tx) => tx.$executeRaw`update "usage" set mask = 0`)).rejects.toThrow(
      /permission denied/,
    )
  })

  it('makes the partition of a month once, whoever asks', async () => {
    await Promise.all(
      [1, 2, 3].map(() =>
        t.db.inOrganisation(ours, (tx) => ensurePartition(tx, 'usage', new Date('2026-03-11'))),
      ),
    )
    const usage = {
      organisationId: ours,
      serviceId: asId('service', 'svc_0000'),
      hour: new Date('2026-03-31T23:00:00Z'),
      source: 's',
      sequence: 1n,
      kind: 'seen',
      mask: 1n,
    }
    await t.db.inOrganisation(ours, (tx) => tx.usage.create({ data: usage }))
    expect(await t.db.inOrganisation(theirs, (tx) => tx.usage.count())).toBe(0)
    expect(await t.db.inOrganisation(ours, (tx) => tx.usage.count())).toBe(1)
  })
})
