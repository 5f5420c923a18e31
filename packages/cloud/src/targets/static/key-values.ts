import {
  type CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  UpdateKeysCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore'

/** What UpdateKeys takes at once: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
const keysAtOnceMax = 50

type Store = { keyValues: CloudFrontKeyValueStoreClient; arn: string }

/** A value; undefined where there is none of that key. */
export async function readKey({ keyValues, arn }: Store, key: string): Promise<string | undefined> {
  try {
    const { Value } = await keyValues.send(new GetKeyCommand({ KvsARN: arn, Key: key }))
    return Value
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
    throw error
  }
}

/** Puts and deletes, in pieces where they are many. Safe to repeat; what is in one piece happens at once or not at all. */
export async function updateKeys(
  { keyValues, arn }: Store,
  puts: ReadonlyMap<string, string>,
  deletes: readonly string[] = [],
): Promise<void> {
  const changes = [
    ...[...puts].map(([Key, Value]) => ({ put: { Key, Value } })),
    ...deletes.map((Key) => ({ remove: { Key } })),
  ]
  if (changes.length === 0) return
  // Each answer has the version that the next piece must name; nobody else writes, since the environment's lease is held.
  let version = (await keyValues.send(new DescribeKeyValueStoreCommand({ KvsARN: arn }))).ETag
  for (let at = 0; at < changes.length; at += keysAtOnceMax) {
    const piece = changes.slice(at, at + keysAtOnceMax)
    const answer = await keyValues.send(
      new UpdateKeysCommand({
        KvsARN: arn,
        IfMatch: version,
        Puts: piece.flatMap((one) => ('put' in one ? [one.put] : [])),
        Deletes: piece.flatMap((one) => ('remove' in one ? [one.remove] : [])),
      }),
    )
    version = answer.ETag
  }
}
