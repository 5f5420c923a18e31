// Runs at CloudFront for each answer that came out of its cache or of S3 (runtime 2.0): a file brings its own headers
// and its status as metadata, which visitors do not see.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it
function handler(event) {
  const response = event.response
  const headers = response.headers
  const own = headers['x-amz-meta-headers']
  const status = headers['x-amz-meta-status']
  const release = headers['x-amz-meta-release']
  const names = Object.keys(headers)
  for (let index = 0; index < names.length; index++) {
    if (/^x-amz-(?!cf-)/.test(names[index])) delete headers[names[index]]
  }
  if (own) {
    const pairs = JSON.parse(own.value)
    for (let index = 0; index < pairs.length; index++) headers[pairs[index][0]] = { value: pairs[index][1] }
  }
  if (release) headers['x-slipway-release'] = { value: release.value }
  if (status && response.statusCode === 200) {
    response.statusCode = parseInt(status.value, 10)
    response.statusDescription = 'Not Found'
  }
  return response
}
