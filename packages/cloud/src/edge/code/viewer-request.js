import cf from 'cloudfront'
// biome-ignore lint/style/useNodejsImportProtocol: it is the runtime's own, and no module of Node
import crypto from 'crypto'

// Runs at CloudFront for each request, before its cache (runtime 2.0, 10 KB at most). What is live lies in the
// key-value store; ../route-table.ts writes it and says what the keys and letters mean.
const kvs = cf.kvs()

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
async function handler(event) {
  const request = event.request
  const host = request.headers.host ? request.headers.host.value.split(':')[0].toLowerCase() : ''
  const site = await read(host)
  if (site === null) return answer(404, 'text/plain; charset=utf-8', 'No site is called that here.\n', '')
  let path
  try {
    path = decodeURIComponent(request.uri)
  } catch (_) {
    return missing(request, site)
  }
  if (site.v === 1) {
    const forced = await pattern(site, request.uri, true)
    if (forced !== null) return follow(request, site, forced)
  }
  const found = await find(site, path)
  switch (found.kind) {
    case 'f':
    case 'i':
      return serve(request, site.u, path)
    case 'h':
      return serve(request, site.u, `${path}.html`)
    case 'x':
      return serve(request, site.u, `${path}index.html`)
    case 's':
      return redirect(request, site, 308, `${request.uri}/`)
    case 'c':
      return redirect(request, site, 308, request.uri.slice(0, -1))
    case 'b':
      return redirect(request, site, 308, request.uri.slice(0, -5))
    case 'k':
      return redirect(request, site, 308, request.uri.slice(0, -10))
    case 'r': {
      const rules = await read(`${site.k}.r${found.number % site.m}`)
      // biome-ignore lint/complexity/useOptionalChain: the runtime has none
      if (rules !== null && rules[found.tag])
        return follow(request, site, { to: rules[found.tag][0], status: rules[found.tag][1], names: {} })
      break
    }
  }
  const rule = await pattern(site, request.uri, false)
  if (rule !== null) return follow(request, site, rule)
  // A page that was loaded before the last release still finds what it names.
  if (site.p && (await find(site.p, path)).kind === 'i') return serve(request, site.p.u, path)
  return missing(request, site)
}

async function read(key) {
  try {
    return JSON.parse(await kvs.get(key))
  } catch (_) {
    return null
  }
}

async function find(table, path) {
  const digest = crypto.createHash('sha256').update(path).digest('hex')
  const number = parseInt(digest.slice(0, 8), 16)
  const tag = digest.slice(8, 20)
  let records = ''
  try {
    records = await kvs.get(`${table.k}.${number % table.n}`)
  } catch (_) {
    records = ''
  }
  for (let at = 0; at < records.length; at += 13) {
    if (records.slice(at, at + 12) === tag) return { kind: records[at + 12], number: number, tag: tag }
  }
  return { kind: '', number: number, tag: tag }
}

async function pattern(site, uri, isForced) {
  const parts = uri.split('/')
  for (let piece = 0; piece < site.d; piece++) {
    const rules = (await read(`${site.k}.d${piece}`)) || []
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index]
      const names = !isForced || rule[3] === 1 ? match(rule[0].split('/'), parts) : null
      if (names !== null) return { to: rule[1], status: rule[2], names: names }
    }
  }
  return null
}

function match(from, parts) {
  const names = {}
  for (let index = 0; index < from.length; index++) {
    const part = from[index]
    if (part === '*' && index === from.length - 1) {
      names.splat = parts.slice(index).join('/')
      return names
    }
    if (index >= parts.length) return null
    if (part[0] === ':') {
      if (parts[index] === '') return null
      names[part.slice(1)] = parts[index]
    } else if (part !== parts[index]) {
      return null
    }
  }
  return from.length === parts.length ? names : null
}

function follow(request, site, rule) {
  if (rule.status === 200) return serve(request, site.u, `/${rule.to}`)
  const to = rule.to.replace(/:([A-Za-z]\w*)/g, (all, name) =>
    rule.names[name] === undefined ? all : rule.names[name],
  )
  // Two slashes in front, by what a visitor asked for, would lead to another server.
  return redirect(request, site, rule.status, to.replace(/^(?:\/|\\)+/, '/'))
}

function serve(request, prefix, path) {
  request.uri = `/${prefix}${path.slice(1).split('/').map(encodeURIComponent).join('/')}`
  return request
}

function missing(request, site) {
  if (site.e !== 1) return answer(404, 'text/plain; charset=utf-8', 'There is no such page here.\n', site.r)
  // The page is answered whole: what a browser has of it was answered with another status.
  delete request.headers['if-none-match']
  delete request.headers['if-modified-since']
  delete request.headers.range
  request.uri = `/${site.u}.slipway/404.html`
  return request
}

function redirect(request, site, status, to) {
  const query = queryOf(request.querystring)
  const location = query === '' || to.indexOf('?') >= 0 ? to : `${to}?${query}`
  const response = answer(status, 'text/plain; charset=utf-8', '', site.r)
  response.headers.location = { value: location.replace(/[^\x21-\x7e]/g, encodeURIComponent) }
  return response
}

function queryOf(querystring) {
  const pairs = []
  for (const name in querystring) {
    const one = querystring[name]
    const values = one.multiValue || [one]
    for (let index = 0; index < values.length; index++)
      pairs.push(values[index].value === '' ? clean(name) : `${clean(name)}=${clean(values[index].value)}`)
  }
  return pairs.join('&')
}

function clean(text) {
  return text.replace(/[^A-Za-z0-9\-._~!$'()*,;:@?%+]/g, encodeURIComponent)
}

function answer(status, type, body, release) {
  const headers = {
    'content-type': { value: type },
    'cache-control': { value: 'public, max-age=0, must-revalidate' },
  }
  if (release !== '') headers['x-slipway-release'] = { value: release }
  return { statusCode: status, headers: headers, body: { encoding: 'text', data: body } }
}
