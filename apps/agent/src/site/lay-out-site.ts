import { createReadStream } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { UserError } from '@slipway/core'
import { notFoundFile, type SiteList, type SiteOutput, type SiteSpec, siteMetadata } from '@slipway/protocol'
import { extract } from 'tar'
import { hostFailures } from '../apps/failures.ts'
import { s3Settings } from '../aws-settings.ts'
import { uploadParts } from '../build/upload-parts.ts'
import { causeOf, type WorkContext } from '../build/workplace.ts'
import { download } from '../download.ts'
import { cachingOf } from './caching.ts'
import { contentTypeOf } from './content-type.ts'
import { readSite, type SiteFile } from './read-site.ts'

/** S3 takes thousands of small objects a second; a runner has two processors. */
const uploadsInFlight = 12
/** Unpacked, pages and scripts are about four times their archive. */
const unpackedRatio = 5
const spareBytes = 512 * 1_048_576

/**
 * Lays a release out as the files of a site: each service's folder below the prefix, with its type, how long it may be
 * kept, and its own headers; then the list of it all. Safe to repeat: the same release makes the same files, and the
 * list comes last. Throws UserErrors.
 */
export async function layOutSite(
  id: string,
  spec: SiteSpec,
  { config, home, logs, progress }: WorkContext,
  signal: AbortSignal,
): Promise<SiteOutput> {
  const { bucket, prefix, release } = spec
  const say = (text: string, level: 'slipway' | 'error' = 'slipway') =>
    logs.write(spec.stream, [{ text, level }])
  const s3 = new S3Client(s3Settings(config))
  const folder = path.join(home.build(id), 'release')
  const archive = path.join(home.build(id), 'release.tar.gz')
  try {
    await rm(home.build(id), { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await refuseWithoutSpace(folder, release.sizeBytes * unpackedRatio + spareBytes)
    progress('fetch')
    const gone = () => hostFailures.releaseGone(release.key)
    const wrong = (found: string) => hostFailures.wrongDigest(release.digest, found)
    await download({ s3, bucket, ...release, gone, wrong, signal }, archive)
    await unpackFolders(
      archive,
      folder,
      spec.services.map((service) => service.folder),
      signal,
    )
    progress('lay-out')
    const list: SiteList = { sizeBytes: 0, services: [] }
    for (const service of spec.services) {
      const site = await readSite(service.name, folder, service.folder)
      const put = (file: SiteFile, at: string, status?: string) =>
        putFile({
          s3,
          bucket,
          signal,
          file,
          key: `${prefix}${service.name}/${at}`,
          release: releaseOf(prefix),
          status,
        })
      await side(site.files, uploadsInFlight, signal, (file) => put(file, file.path))
      if (site.notFoundPage) await put(site.notFoundPage, notFoundFile, '404')
      list.services.push({
        name: service.name,
        files: site.files.map((file) => ({ path: file.path, isImmutable: cachingOf(file.path).isImmutable })),
        redirects: site.redirects,
        hasNotFoundPage: site.notFoundPage !== undefined,
      })
      list.sizeBytes += site.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    }
    const about = { ContentType: 'application/json' }
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: spec.listKey, Body: JSON.stringify(list), ...about }),
      { abortSignal: signal },
    )
    const files = list.services.reduce((sum, service) => sum + service.files.length, 0)
    say(
      `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'} of the site, ${(list.sizeBytes / 1_048_576).toFixed(1)} MB, lie in their bucket.`,
    )
    return { files, sizeBytes: list.sizeBytes }
  } catch (error) {
    const cause = causeOf(error, signal)
    say(cause instanceof UserError ? cause.fields.what : String(cause), 'error')
    throw cause
  } finally {
    s3.destroy()
    await rm(home.build(id), { recursive: true, force: true })
  }
}

/** By which an answer says whose it is: the last part of the place. */
function releaseOf(prefix: string): string {
  return prefix.split('/').at(-2) ?? ''
}

async function refuseWithoutSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < neededBytes) throw hostFailures.diskFull(neededBytes, bavail * bsize)
}

/** Only what is served: a release carries its sources and its runtime too. */
async function unpackFolders(
  archive: string,
  into: string,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = folders.map((folder) => (folder === '' ? './' : `./${folder}/`))
  const isWanted = (name: string) =>
    wanted.some((start) => `./${name.replace(/^\.\//, '')}`.startsWith(start))
  await pipeline(
    createReadStream(archive, { highWaterMark: 1_048_576 }),
    createGunzip({ chunkSize: 262_144 }),
    extract({ cwd: into, noChmod: true, preserveOwner: false, filter: isWanted }),
    { signal },
  )
}

async function putFile({
  s3,
  bucket,
  key,
  file,
  release,
  status,
  signal,
}: {
  s3: S3Client
  bucket: string
  key: string
  file: SiteFile
  release: string
  /** With which it is answered, where that is not 200. */
  status: string | undefined
  signal: AbortSignal
}): Promise<void> {
  const own = new Map(file.headers)
  const cacheControl = own.get('cache-control') ?? cachingOf(file.path).cacheControl
  const contentType = own.get('content-type') ?? contentTypeOf(file.path)
  for (const name of ['cache-control', 'content-type']) own.delete(name)
  await uploadParts({
    s3,
    bucket,
    key,
    pieces: createReadStream(file.file, { highWaterMark: 1_048_576 }),
    about: {
      ContentType: contentType,
      CacheControl: cacheControl,
      Metadata: {
        [siteMetadata.release]: release,
        ...(own.size > 0 && { [siteMetadata.headers]: JSON.stringify([...own]) }),
        ...(status !== undefined && { [siteMetadata.status]: status }),
      },
    },
    signal,
  })
}

/** So many at a time; the first that fails ends it. */
async function side<T>(
  items: readonly T[],
  most: number,
  signal: AbortSignal,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const takeNext = async () => {
    for (const item of left) {
      signal.throwIfAborted()
      await run(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, takeNext))
}
