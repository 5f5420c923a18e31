import type { SiteProblem } from './read-redirects.ts'

export const headersFile = '_headers'

export type HeaderRule = { path: string; set: [name: string, value: string][]; remove: string[] }

/** As Cloudflare Pages has it: https://developers.cloudflare.com/pages/configuration/headers/ */
const rulesMax = 100
/**
 * What CloudFront or S3 say themselves, or what would break an answer: not a site's to set.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
 */
const notTheirs =
  /^(connection|content-length|content-encoding|content-range|date|etag|expect|host|keep-alive|last-modified|location|proxy-.*|server|set-cookie|trailer|transfer-encoding|upgrade|via|warning|x-accel-.*|x-amz-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip|x-slipway-.*)$/

/**
 * Reads `_headers`: a path, and below it, indented, `Name: value` a line; `! Name` takes away what an earlier path set.
 * `#` begins a comment. What Netlify and Cloudflare Pages have in common.
 */
export function readHeaders(text: string): { rules: HeaderRule[]; problems: SiteProblem[] } {
  const rules: HeaderRule[] = []
  const problems: SiteProblem[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue
    const problem = (what: string) => problems.push({ file: headersFile, line: index + 1, what })
    if (!/^\s/.test(line)) {
      const path = line.trim()
      if (!path.startsWith('/')) problem(`names “${path}”, which is no path of this site`)
      else if (/\*(?!$)/.test(path)) problem('has a * that is not the end of its path')
      rules.push({ path, set: [], remove: [] })
      continue
    }
    const rule = rules.at(-1)
    const removed = /^\s+!\s*([A-Za-z0-9-]+)\s*$/.exec(line)
    const given = /^\s+([A-Za-z0-9-]+)\s*:\s*(.*?)\s*$/.exec(line)
    const name = (removed?.[1] ?? given?.[1])?.toLowerCase()
    if (rule === undefined) problem('stands before any path')
    else if (name === undefined) problem('is not a header such as “X-Frame-Options: DENY”')
    else if (notTheirs.test(name)) problem(`sets ${name}, which is not a site’s to set`)
    else if (removed) rule.remove.push(name)
    else if (!/^[\x20-\x7e]*$/.test(given?.[2] ?? '')) problem('has characters that a header cannot have')
    else rule.set.push([name, given?.[2] ?? ''])
  }
  if (rules.length > rulesMax)
    problems.push({ file: headersFile, line: 1, what: `has more than ${rulesMax} paths` })
  return { rules, problems }
}

/**
 * The headers of a file, by name: those of every rule for one of the paths under which it is asked for, in the order of
 * the file. A header that two rules set has both values, joined by a comma, as both services have it.
 */
export function headersFor(rules: readonly HeaderRule[], urls: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>()
  for (const { path, set, remove } of rules) {
    if (!urls.some((url) => isFor(path, url))) continue
    for (const name of remove) headers.delete(name)
    for (const [name, value] of set) {
      const before = headers.get(name)
      headers.set(name, before === undefined ? value : `${before}, ${value}`)
    }
  }
  return headers
}

function isFor(pattern: string, url: string): boolean {
  const asked = url.split('/')
  const parts = pattern.split('/')
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.endsWith('*'))
      return asked.slice(index).join('/').startsWith(part.slice(0, -1))
    const found = asked[index]
    if (found === undefined || !(part === found || (part.startsWith(':') && found !== ''))) return false
  }
  return parts.length === asked.length
}

/** The paths under which a file answers: its own, and the clean ones of a page. */
export function urlsOf(file: string): string[] {
  const own = `/${file}`
  if (own.endsWith('/index.html')) return [own, own.slice(0, -'index.html'.length)]
  return own.endsWith('.html') ? [own, own.slice(0, -'.html'.length)] : [own]
}
