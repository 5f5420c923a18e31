import { redirectLengthMax, type SiteRedirect } from '@slipway/protocol'

export const redirectsFile = '_redirects'

/** As Cloudflare Pages has them: https://developers.cloudflare.com/pages/configuration/redirects/ */
const plainMax = 2000
const patternsMax = 100
/** What a visitor's request may have to be compared with, where nothing else fits: read at the edge in pieces of 1 KB. */
const patternBytesMax = 7000

export type SiteProblem = { file: string; line: number; what: string }

/**
 * Reads `_redirects`: `from to [status][!]` a line, `#` begins a comment. What Netlify and Cloudflare Pages have in
 * common; what only one of them has is a problem, so that nothing is left out in silence. Without a status it is 302.
 * `files` are the site's, by path without a slash in front: a rule of 200 serves one of them.
 */
export function readRedirects(
  text: string,
  files: ReadonlySet<string>,
): { redirects: SiteRedirect[]; problems: SiteProblem[] } {
  const redirects: SiteRedirect[] = []
  const problems: SiteProblem[] = []
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.replace(/(^|\s)#.*$/, '').trim()
    if (line === '') continue
    const read = readRule(line.split(/\s+/), files)
    if ('what' in read) problems.push({ file: redirectsFile, line: index + 1, ...read })
    else if (redirects.every(({ from }) => from !== read.from)) redirects.push(read)
  }
  const patterns = redirects.filter(({ from }) => isPattern(from))
  const tooMany =
    patterns.length > patternsMax || JSON.stringify(patterns).length > patternBytesMax
      ? `has more rules with * or :name than can be compared at the edge: ${patternsMax}, and ${patternBytesMax} bytes in all`
      : redirects.length - patterns.length > plainMax
        ? `has more than ${plainMax} rules`
        : undefined
  if (tooMany !== undefined) problems.push({ file: redirectsFile, line: 1, what: tooMany })
  return { redirects, problems }
}

/** Whether it stands for more than one path. */
function isPattern(from: string): boolean {
  return /\*|\/:/.test(from)
}

function readRule(words: string[], files: ReadonlySet<string>): SiteRedirect | { what: string } {
  const [from = '', to, third, ...more] = words
  if (to === undefined) return { what: 'has no target: from, to, and a status' }
  const status = /^([0-9]{3})(!?)$/.exec(third ?? '302')
  if (more.length > 0 || status === null)
    return {
      what: `has “${[third, ...more].join(' ')}” behind its target: only a status is known there, and no conditions or parameters`,
    }
  const [, code = '', forced] = status
  if (!from.startsWith('/')) return { what: `begins with “${from}”, which is no path of this site` }
  if ([from, to].some((text) => Buffer.byteLength(text) > redirectLengthMax))
    return { what: `has an address of more than ${redirectLengthMax} bytes` }
  if (/\*(?!$)/.test(from) || /[^/]\*$/.test(from))
    return { what: 'has a * that is not the whole last part of its path' }
  const names = [...from.matchAll(/\/:([A-Za-z]\w*)/g)].map(([, name = '']) => name)
  const given = new Set([...names, ...(from.endsWith('*') ? ['splat'] : [])])
  const isForced = forced === '!'
  if (code === '200') return rewrite({ from, to, isForced }, files)
  const known = ([301, 302, 303, 307, 308] as const).find((one) => String(one) === code)
  if (known === undefined)
    return { what: `asks for the status ${code}; known are 200, 301, 302, 303, 307, 308` }
  if (!/^(\/|https?:\/\/)/.test(to))
    return { what: `leads to “${to}”, which is neither a path nor an address` }
  const missing = [...to.replace(/^https?:\/\//, '').matchAll(/:([A-Za-z]\w*)/g)].find(
    ([, name = '']) => !given.has(name),
  )
  if (missing) return { what: `uses ${missing[0]}, which its path does not have` }
  return { from, to, status: known, isForced }
}

/** Serves a file of the site under another path, and the path stays as it is: what an app of one page needs. */
function rewrite(
  { from, to, isForced }: { from: string; to: string; isForced: boolean },
  files: ReadonlySet<string>,
): SiteRedirect | { what: string } {
  if (/^https?:\/\//.test(to))
    return {
      what: `serves ${to} under this site’s name: another server is not asked from here, only redirected to`,
    }
  if (/\/:|\*/.test(to)) return { what: 'serves a file by a name that is put together: name one file' }
  const path = to.replace(/^\//, '')
  const file = [path, `${path}.html`, `${path.replace(/\/$/, '')}/index.html`.replace(/^\//, '')].find(
    (one) => files.has(one),
  )
  return file === undefined
    ? { what: `serves ${to}, which the site does not have` }
    : { from, to: file, status: 200, isForced }
}
