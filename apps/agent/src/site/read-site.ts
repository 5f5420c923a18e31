import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { type SiteRedirect, siteFilesMax } from '@slipway/protocol'
import { buildFailures } from '../build/build-failures.ts'
import { type HeaderRule, headersFile, headersFor, readHeaders, urlsOf } from './read-headers.ts'
import { readRedirects, redirectsFile, type SiteProblem } from './read-redirects.ts'

/** What S3 keeps of names and values beside an object, less what we put there ourselves. */
const headerBytesMax = 1800
/** S3 takes 1,024 bytes, of which the place of the release needs some. */
const pathBytesMax = 800

export type SiteFile = {
  /** Without a slash in front. */
  path: string
  /** Where it lies. */
  file: string
  sizeBytes: number
  headers: Map<string, string>
}

export type Site = { files: SiteFile[]; redirects: SiteRedirect[]; notFoundPage: SiteFile | undefined }

/**
 * A published folder as it is to be served: `folder` below `base`, the top of the release. Throws UserErrors of
 * `buildFailures` where it is none of the release, has no index.html, or has rules that cannot be kept. Names that begin
 * with a dot, and what leads out of the folder, are left out, as a host leaves them out.
 */
export async function readSite(service: string, base: string, folder: string): Promise<Site> {
  const top = await within(await realpath(base), path.join(base, folder))
  if (top === undefined || !(await stat(top)).isDirectory()) throw buildFailures.noFolder(folder)
  const found: { path: string; file: string; sizeBytes: number }[] = []
  await walk(top, '', found)
  if (!found.some((file) => file.path === 'index.html')) throw buildFailures.siteWithoutIndex(service, folder)
  if (found.length > siteFilesMax) throw buildFailures.siteTooLarge(service, found.length, siteFilesMax)
  const { redirects, rules, problems } = await readRules(top, new Set(found.map((file) => file.path)))
  const files = found.map((file) => ({ ...file, headers: headersFor(rules, urlsOf(file.path)) }))
  for (const file of files) {
    if (Buffer.byteLength(file.path) > pathBytesMax)
      problems.push({ file: file.path, line: 1, what: `has a name of more than ${pathBytesMax} bytes` })
    if (JSON.stringify([...file.headers]).length > headerBytesMax)
      problems.push({
        file: headersFile,
        line: 1,
        what: `gives ${file.path} more than ${headerBytesMax} bytes of headers`,
      })
  }
  if (problems.length > 0)
    throw buildFailures.siteRules(
      service,
      problems.slice(0, 20).map(({ file, line, what }) => `${path.join(folder, file)}:${line} ${what}.`),
    )
  return { files, redirects, notFoundPage: files.find((file) => file.path === '404.html') }
}

async function readRules(
  top: string,
  files: ReadonlySet<string>,
): Promise<{ redirects: SiteRedirect[]; rules: HeaderRule[]; problems: SiteProblem[] }> {
  const textOf = async (name: string) => {
    const file = await within(top, path.join(top, name))
    return file === undefined ? '' : readFile(file, 'utf8').catch(() => '')
  }
  const redirects = readRedirects(await textOf(redirectsFile), files)
  const headers = readHeaders(await textOf(headersFile))
  return {
    redirects: redirects.redirects,
    rules: headers.rules,
    problems: [...redirects.problems, ...headers.problems],
  }
}

/** Where a path leads, links followed; undefined where that is nowhere, or not in the folder. */
async function within(folder: string, at: string): Promise<string | undefined> {
  const file = await realpath(at).catch(() => undefined)
  return file === folder || file?.startsWith(`${folder}${path.sep}`) ? file : undefined
}

async function walk(
  top: string,
  below: string,
  found: { path: string; file: string; sizeBytes: number }[],
): Promise<void> {
  for (const { name } of await readdir(path.join(top, below), { withFileTypes: true })) {
    const at = below === '' ? name : `${below}/${name}`
    if ((name.startsWith('.') && name !== '.well-known') || at === redirectsFile || at === headersFile)
      continue
    // Beyond this nothing more is to be known than that it is too much.
    if (found.length > siteFilesMax) return
    const file = await within(top, path.join(top, at))
    if (file === undefined || file === top) continue
    const about = await stat(file)
    // A link to a folder above would go round for ever.
    if (about.isDirectory() && file === path.join(top, at)) await walk(top, at, found)
    else if (about.isFile()) found.push({ path: at, file, sizeBytes: about.size })
  }
}
