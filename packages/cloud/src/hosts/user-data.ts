import { type HostFile, hostFile, hostFilePath } from '@slipway/protocol'

/** EC2 takes at most this much, before base64. */
const bytesMax = 16_384

/**
 * The script that an instance runs when it first starts: writes down who it is, fetches the start script from
 * its own bucket and runs it. The role's credentials may take some seconds to arrive, so fetching is tried for
 * two minutes. Base64, as EC2 takes it. Holds nothing secret: whoever may describe the instance can read it.
 */
export function userData(file: HostFile): string {
  const json = JSON.stringify(hostFile.parse(file), undefined, 2)
  const settings = [
    `AWS_DEFAULT_REGION=${file.region}`,
    ...(file.awsEndpoint ? [`AWS_ENDPOINT_URL=${file.awsEndpoint}`] : []),
  ]
  const script = `#!/bin/sh
set -eu
mkdir -p ${hostFilePath.replace(/\/[^/]+$/, '')} /var/lib/slipway
cat > ${hostFilePath} <<'SLIPWAY'
${json}
SLIPWAY
export ${settings.join(' ')}
tries=0
until aws s3 cp --only-show-errors 's3://${file.bucket}/slipway/bootstrap.sh' /var/lib/slipway/bootstrap.sh; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then exit 1; fi
  sleep 2
done
exec sh /var/lib/slipway/bootstrap.sh
`
  if (Buffer.byteLength(script) > bytesMax) throw new RangeError(`user data of ${script.length} bytes`)
  return Buffer.from(script).toString('base64')
}
