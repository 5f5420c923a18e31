import type { Call } from './fault.ts'

/** The parts of a request by which AWS itself knows what is asked. */
export type CallRequest = {
  method: string
  /** With its query. */
  path: string
  headers: { authorization?: string | undefined; 'x-amz-target'?: string | string[] | undefined }
  body: string
}

const ofObjects: Record<string, string> = {
  GET: 'GetObject',
  PUT: 'PutObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}

/**
 * What a signed request asks of which service. `accountOf` tells whose an access key is; a key of twelve digits is
 * the root of that account.
 */
export function readCall(request: CallRequest, accountOf: (key: string) => string | undefined): Call {
  const url = new URL(request.path, 'http://aws')
  const [, key = '', service = ''] =
    /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(
      request.headers.authorization ?? `Credential=${url.searchParams.get('X-Amz-Credential') ?? ''}`,
    ) ?? []
  const account = /^\d{12}$/.test(key) ? key : accountOf(key)
  return { account, service, action: actionOf(request, url, service) }
}

function actionOf({ method, headers, body }: CallRequest, url: URL, service: string): string {
  const target = String(headers['x-amz-target'] ?? '')
  if (target) return target.slice(target.lastIndexOf('.') + 1)
  const asked = new URLSearchParams(body).get('Action') ?? url.searchParams.get('Action')
  if (asked) return asked
  const [, bucket, key] = /^\/([^/]*)\/?(.*)$/.exec(url.pathname) ?? []
  if (service !== 's3' || !bucket || !key) return `${method} ${url.pathname}`
  if (method === 'POST' && url.searchParams.has('uploads')) return 'CreateMultipartUpload'
  if (method === 'POST' && url.searchParams.has('uploadId')) return 'CompleteMultipartUpload'
  if (method === 'PUT' && url.searchParams.has('partNumber')) return 'UploadPart'
  return ofObjects[method] ?? method
}
