// In front of a function: what its URL is not told otherwise, and what it cannot answer.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const request = event.request
  const headers = request.headers
  if (headers['sec-websocket-key'] || headers['sec-websocket-version'])
    return {
      statusCode: 501,
      statusDescription: 'Not Implemented',
      headers: { 'content-type': { value: 'text/plain; charset=utf-8' } },
      body: {
        encoding: 'text',
        data: 'This app runs as a function, which answers one request at a time and cannot hold a web socket. With `kind: server` in slipway.yaml, in a new app or stage, it can.\n',
      },
    }
  // A function URL takes requests under its own name only, and keeps the first address that it is told.
  headers['x-forwarded-host'] = { value: headers.host.value }
  headers['x-forwarded-for'] = { value: event.viewer.ip }
  return request
}
