/**
 * The `aws` command of a body, as far as bootstrapping and trying by hand need it:
 *
 *   aws s3 cp s3://BUCKET/KEY FILE|-        aws s3 cp FILE|- s3://BUCKET/KEY        aws sts get-caller-identity
 *
 * Credentials and endpoint are found as on an instance, by the SDK's default chain; the region is named, else the
 * instance's own. Its two first arguments, the region of the environment and the metadata endpoint, come from the image.
 * `--quiet`, `--only-show-errors`, `--no-progress` and `--region NAME` are understood. Ends with 1 on any failure.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const [named, metadata, ...words] = process.argv.slice(2)
const regionAt = words.indexOf('--region')
const region = (regionAt >= 0 ? words.splice(regionAt, 2)[1] : named) || (await ownRegion())
const [service, operation, from, to] = words.filter((word) => !word.startsWith('--'))

try {
  if (service === 's3' && operation === 'cp' && from && to) await copy(from, to)
  else if (service === 'sts' && operation === 'get-caller-identity') await whoAmI()
  else throw new Error('known here: aws s3 cp FROM TO, aws sts get-caller-identity')
} catch (problem) {
  console.error(`aws: ${problem instanceof Error ? `${problem.name}: ${problem.message}` : problem}`)
  process.exit(1)
}

async function copy(source: string, target: string): Promise<void> {
  const s3 = new S3Client({ region })
  const remote = place(source)
  if (remote) {
    const { Body } = await s3.send(new GetObjectCommand(remote))
    if (!(Body instanceof Readable)) throw new Error(`${source} has no content`)
    return pipeline(Body, target === '-' ? process.stdout : createWriteStream(target))
  }
  const destination = place(target)
  if (!destination) throw new Error('one of the two must be s3://BUCKET/KEY')
  const body = source === '-' ? Buffer.concat(await process.stdin.toArray()) : createReadStream(source)
  const length = Buffer.isBuffer(body) ? body.length : (await stat(source)).size
  await s3.send(new PutObjectCommand({ ...destination, Body: body, ContentLength: length }))
}

function place(url: string): { Bucket: string; Key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(url)
  return match?.[1] && match[2] ? { Bucket: match[1], Key: match[2] } : undefined
}

async function whoAmI(): Promise<void> {
  const { Account, Arn, UserId } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}))
  console.log(JSON.stringify({ UserId, Account, Arn }, undefined, 2))
}

/** The SDK takes no region from the metadata endpoint. */
async function ownRegion(): Promise<string> {
  const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  const token = await (
    await fetch(`${metadata}/latest/api/token`, { method: 'PUT', headers: lifetime })
  ).text()
  const headers = { 'x-aws-ec2-metadata-token': token }
  const answer = await fetch(`${metadata}/latest/meta-data/placement/region`, { headers })
  return answer.text()
}
