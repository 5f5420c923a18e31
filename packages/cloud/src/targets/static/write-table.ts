import { GetObjectCommand } from '@aws-sdk/client-s3'
import { type SiteList, siteList } from '@slipway/protocol'
import { z } from 'zod'
import { bucketOf } from '../../copy-object.ts'
import { siteListKey, sitePrefix } from '../../names.ts'
import { hostName } from '../../publish-name.ts'
import { changeStackRow } from '../../stacks/stack-row.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import { readKey, updateKeys } from './key-values.ts'
import { type LivePointer, readPointer, withBefore } from './live-pointer.ts'
import { keysOf, routeTable, wholeKey } from './route-table.ts'
import { type Site, siteOf } from './site-of.ts'
import type { StaticConfig } from './static-config.ts'

/** 20,000 files with long names and all their rules have less. */
const listBytesMax = 8 * 1_048_576
/** Tables of this many builds stay at the edge, so that a way back among them is one put; older ones are written again. */
const tablesKept = 4

/** Of which builds the store holds tables: name and shape of each, newest first. Noted with the stack. */
const tables = z.array(
  z.object({
    build: z.string(),
    tables: z.array(
      z.object({
        name: z.string(),
        shape: z.object({
          records: z.int(),
          rules: z.int(),
          patterns: z.int(),
          hasForced: z.boolean(),
        }),
      }),
    ),
  }),
)

/** What is to be live, and what was when this began: by host name, as texts of pointers. */
const switchMemory = z.object({
  next: z.record(z.string(), z.string()),
  before: z.record(z.string(), z.string()),
})
export type SwitchMemory = z.infer<typeof switchMemory>

export function readSwitch(memory: Memory): SwitchMemory {
  return switchMemory.parse(JSON.parse(memory.switch ?? '{}'))
}

/**
 * Writes how the files of this build are found into the site's store, beside those of the builds before, and remembers
 * what is to be put there for the switch and what is there now. Nothing that visitors see changes. Safe to repeat.
 */
export async function writeTable(context: DeployContext<StaticConfig>): Promise<StepResult> {
  const { db, organisationId, clock, cloud, config } = context
  const { environmentId, release } = config
  const site = await siteOf(context, environmentId)
  const list = await readList(context)
  const build = release.digest.slice(0, 16)
  const made = list.services.map((service, position) => {
    const name = `${build}.${position}`
    return { service, name, table: routeTable(name, service) }
  })
  const before: Record<string, string> = {}
  const next: Record<string, string> = {}
  for (const { name, publicName } of config.services) {
    const found = made.find(({ service }) => service.name === name)
    if (found === undefined) throw new Error(`the list of ${build} has no ${name}`)
    const host = hostName(cloud, publicName)
    const live = await readKey(site.store, host)
    if (live !== undefined) before[host] = live
    const { shape } = found.table
    const pointer: LivePointer = {
      u: `${sitePrefix(environmentId, release.digest)}${name}/`,
      k: found.name,
      n: shape.records,
      r: build,
      m: shape.rules,
      d: shape.patterns,
      v: shape.hasForced ? 1 : 0,
      e: found.service.hasNotFoundPage ? 1 : 0,
    }
    next[host] = JSON.stringify(withBefore(pointer, readPointer(live)))
  }
  for (const { name, table } of made)
    if (!(await isThere(site.store, name))) await updateKeys(site.store, table.values)
  const known = tables.parse(JSON.parse(site.row.fixed.tables ?? '[]'))
  const others = known.filter((one) => one.build !== build)
  const inUse = new Set(Object.values(before).flatMap((text) => [readPointer(text)?.r]))
  const kept = others.filter((one, position) => position < tablesKept - 1 || inUse.has(one.build))
  for (const { tables: old } of others.filter((one) => !kept.includes(one)))
    for (const { name, shape } of old)
      if (await isThere(site.store, name)) await updateKeys(site.store, new Map(), keysOf(name, shape))
  const own = { build, tables: made.map(({ name, table }) => ({ name, shape: table.shape })) }
  const fixed = {
    ...site.row.fixed,
    tables: JSON.stringify([own, ...kept]),
    siteBytes: String(list.sizeBytes),
    siteRegion: context.region,
  }
  await db.inOrganisation(organisationId, (tx) => changeStackRow(tx, site.row.id, { fixed }, clock.now()))
  return { state: 'done', memory: { switch: JSON.stringify({ next, before }) } }
}

/** Whole: one that was broken off is written again from the start. */
async function isThere(store: Site['store'], name: string): Promise<boolean> {
  return (await readKey(store, wholeKey(name))) !== undefined
}

/** What the runner wrote down; it is nobody's word but a tenant's, and read as such. */
async function readList(context: DeployContext<StaticConfig>): Promise<SiteList> {
  const { environmentId, release } = context.config
  const { s3, bucket } = await bucketOf(context)
  const { Body, ContentLength } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: siteListKey(environmentId, release.digest) }),
  )
  if (Body === undefined || (ContentLength ?? 0) > listBytesMax)
    throw new Error(`the list of the site of ${environmentId} has ${ContentLength} bytes`)
  return siteList.parse(JSON.parse(await Body.transformToString()))
}
