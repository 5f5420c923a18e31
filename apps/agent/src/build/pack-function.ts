import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { functionStartFiles } from '@slipway/protocol'
import { ZipFile } from 'yazl'
import { buildFailures } from './build-failures.ts'
import { notReleased, type PackRequest } from './pack.ts'
import { runtimeFolder } from './runtimes/keep-runtime.ts'
import { uploadParts } from './upload-parts.ts'

/**
 * What Lambda takes unpacked, with its layers, less what the adapter's layer has:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const functionBytesMax = 262_144_000 - 12_000_000
/** Lambda's image has it, and AWS keeps it up to date. */
const nodeOfLambda = /^Node 24\./

// The image's own Node, wherever the app's stands in PATH.
const handler = `#!/bin/sh
exec node --disable-warning=ExperimentalWarning "$LAMBDA_TASK_ROOT/${functionStartFiles.program}"
`

type Entry = { name: string; file: string; bytes: number; link: boolean; isExecutable: boolean }

/**
 * Streams the folder as a zip into the bucket, with its runtimes and what starts it, and answers SHA-256 and size of what
 * is there. The same files give the same bytes. Throws a UserError where they are more than Lambda takes.
 */
export async function packFunction({
  folder,
  runtimes,
  start,
  s3,
  bucket,
  key,
  signal,
}: PackRequest & { start: string }): Promise<{ digest: string; sizeBytes: number }> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw buildFailures.noFolder(folder)
  const entries = (await filesOf(folder, '')).filter(({ name }) => !notReleased.test(name))
  for (const runtime of runtimes)
    if (!nodeOfLambda.test(runtime.name)) entries.push(...(await filesOf(runtime.folder, runtimeFolder)))
  refuseTooLarge(entries)
  const zip = new ZipFile()
  const hash = createHash('sha256')
  let sizeBytes = 0
  add(zip, functionStartFiles.handler, Buffer.from(handler), 0o100755)
  add(zip, functionStartFiles.program, await readFile(start), 0o100644)
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, file, link, isExecutable } = entry
    if (link) add(zip, name, Buffer.from(await readlink(file)), 0o120777)
    else zip.addFile(file, name, { ...made, mode: isExecutable ? 0o100755 : 0o100644 })
  }
  zip.end()
  async function* pieces(): AsyncGenerator<Buffer> {
    const out = Readable.from(zip.outputStream)
    zip.on('error', (error: Error) => out.destroy(error))
    for await (const piece of out) {
      const bytes = Buffer.from(piece)
      hash.update(bytes)
      sizeBytes += bytes.length
      yield bytes
    }
  }
  const about = { ContentType: 'application/zip' }
  await uploadParts({ s3, bucket, key, pieces: pieces(), about, signal })
  return { digest: hash.digest('hex'), sizeBytes }
}

// A zip knows no zone; the first day that it can say.
const made = { mtime: new Date(1980, 0, 1), compressionLevel: 1 }

function add(zip: ZipFile, name: string, content: Buffer, mode: number): void {
  zip.addBuffer(content, name, { ...made, mode })
}

/** Files and links below a folder, by their names in the archive. */
async function filesOf(folder: string, prefix: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((one) => one.isFile() || one.isSymbolicLink())
  return Promise.all(
    files.map(async (one) => {
      const file = path.join(one.parentPath, one.name)
      const { size, mode } = await lstat(file)
      return {
        name: path.join(prefix, path.relative(folder, file)),
        file,
        bytes: size,
        link: one.isSymbolicLink(),
        isExecutable: (mode & 0o100) !== 0,
      }
    }),
  )
}

function refuseTooLarge(entries: readonly Entry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  if (bytes <= functionBytesMax) return
  const sizes = new Map<string, number>()
  for (const entry of entries) {
    const top = entry.name.split('/').slice(0, 2).join('/')
    sizes.set(top, (sizes.get(top) ?? 0) + entry.bytes)
  }
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 10)
  throw buildFailures.functionTooLarge(bytes, functionBytesMax, largest)
}
