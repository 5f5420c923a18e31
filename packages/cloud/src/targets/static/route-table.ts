import { createHash } from 'node:crypto'
import type { SiteList } from '@slipway/protocol'

/**
 * What the edge knows of a release, as values of a CloudFront KeyValueStore, which edge/viewer-request.js reads:
 *
 * `<table>.<number>`   records of 13 characters: 12 of the SHA-256 of a path, and a letter that says what it is
 *                      f file · i file whose bytes never change · h page without .html · x index.html of a folder ·
 *                      redirects: s with a slash · c without one · b without .html · k without index.html · r a rule
 * `<table>.r<number>`  the rules for one path: `{ <12 characters>: [to, status] }`
 * `<table>.d<number>`  the rules for many, in their order: `[from, to, status, forced]`
 *
 * A value has 1 KB and a store 5 MB.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
 */
export type RouteTable = {
  values: Map<string, string>
  shape: TableShape
}

/** How many values of each sort there are, and whether a rule for many goes before the files. */
export type TableShape = { records: number; rules: number; patterns: number; hasForced: boolean }

type Kind = 'f' | 'i' | 'h' | 'x' | 's' | 'c' | 'b' | 'k' | 'r'

const valueBytesMax = 990
/** A value has at least one character. */
const noRecord = '-'
/** So many in a value on average leave room for the one that gets most. */
const recordsEach = 40

/** The table of one service's files and rules, under this name. The same list always makes the same table. */
export function routeTable(name: string, { files, redirects }: SiteList['services'][number]): RouteTable {
  const routes = routesOf(files)
  const exact = new Map<string, [to: string, status: number]>()
  for (const { from, to, status, isForced } of redirects) {
    if (isPattern(from) || (routes.has(from) && !isForced)) continue
    routes.set(from, 'r')
    exact.set(from, [to, status])
  }
  const values = new Map<string, string>()
  const records = spread(
    [...routes].map(([path, kind]) => ({ ...placeOf(path), kind })),
    (all) => all.map(({ tag, kind }) => `${tag}${kind}`).join(''),
    Math.ceil(routes.size / recordsEach),
  )
  const rules = spread(
    [...exact].map(([path, rule]) => ({ ...placeOf(path), rule })),
    (all) => JSON.stringify(Object.fromEntries(all.map(({ tag, rule }) => [tag, rule]))),
    Math.ceil(exact.size / 5),
  )
  const many = redirects.filter(({ from }) => isPattern(from))
  // As a browser writes it, since it is compared with that.
  const patterns = inPieces(
    many.map(({ from, to, status, isForced }) => [encodeURI(from), to, status, isForced ? 1 : 0]),
  )
  // A key for every number, so that it is known what to delete.
  for (const [index, text] of records.entries()) values.set(`${name}.${index}`, text || noRecord)
  for (const [index, text] of rules.entries()) values.set(`${name}.r${index}`, text)
  for (const [index, text] of patterns.entries()) values.set(`${name}.d${index}`, text)
  values.set(wholeKey(name), 'yes')
  const hasForced = many.some(({ isForced }) => isForced)
  return {
    values,
    shape: { records: records.length, rules: rules.length, patterns: patterns.length, hasForced },
  }
}

/** Is there when all of a table is: put last, and deleted first. */
export const wholeKey = (name: string) => `${name}.whole`

/** All keys of a table of this shape: what is deleted with it. */
export function keysOf(name: string, { records, rules, patterns }: TableShape): string[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  return [
    wholeKey(name),
    ...numbers(records).map((index) => `${name}.${index}`),
    ...numbers(rules).map((index) => `${name}.r${index}`),
    ...numbers(patterns).map((index) => `${name}.d${index}`),
  ]
}

/** Every path that answers, and how. A page has one address: without `.html`, and a folder's with a slash at its end. */
function routesOf(files: SiteList['services'][number]['files']): Map<string, Kind> {
  const routes = new Map<string, Kind>()
  const add = (path: string, kind: Kind) => {
    if (!routes.has(path)) routes.set(path, kind)
  }
  const pages: string[] = []
  for (const { path, isImmutable } of files) {
    const isPage = path.endsWith('.html') && path !== '404.html'
    if (isPage) pages.push(`/${path}`)
    else add(`/${path}`, isImmutable ? 'i' : 'f')
  }
  for (const page of pages) {
    const isIndex = page.endsWith('/index.html')
    add(page, isIndex ? 'k' : 'b')
    add(page.slice(0, isIndex ? -'index.html'.length : -'.html'.length), isIndex ? 'x' : 'h')
  }
  // Where nothing answers at the other form of an address, it leads to the one that does.
  for (const page of pages) {
    if (page === '/index.html') continue
    if (page.endsWith('/index.html')) add(page.slice(0, -'/index.html'.length), 's')
    else add(`${page.slice(0, -'.html'.length)}/`, 'c')
  }
  return routes
}

function isPattern(from: string): boolean {
  return /\*|\/:/.test(from)
}

function placeOf(path: string): { number: number; tag: string } {
  const digest = createHash('sha256').update(path).digest('hex')
  return { number: Number.parseInt(digest.slice(0, 8), 16), tag: digest.slice(8, 20) }
}

/** As many values as it takes for each to be small enough. */
function spread<T extends { number: number }>(
  items: readonly T[],
  textOf: (items: T[]) => string,
  atLeast: number,
): string[] {
  for (let count = Math.max(1, atLeast); ; count = Math.ceil(count * 1.3)) {
    const places: T[][] = Array.from({ length: count }, () => [])
    for (const item of items) places[item.number % count]?.push(item)
    const texts = places.map(textOf)
    if (texts.every((text) => Buffer.byteLength(text) <= valueBytesMax)) return texts
  }
}

function inPieces(rules: readonly unknown[]): string[] {
  const pieces: unknown[][] = []
  for (const rule of rules) {
    const last = pieces.at(-1)
    if (last !== undefined && Buffer.byteLength(JSON.stringify([...last, rule])) <= valueBytesMax)
      last.push(rule)
    else pieces.push([rule])
  }
  return pieces.map((piece) => JSON.stringify(piece))
}
