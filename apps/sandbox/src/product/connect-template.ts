import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../config.ts'
import { digestOf } from '../process/digest.ts'

/**
 * The template of the connect stack, as it would lie in the public bucket on AWS. Kept by the digest of what makes it, since
 * loading that package costs two seconds of every start.
 */
export async function connectTemplateText(local: string): Promise<string> {
  const digest = digestOf([join(projectFolder, 'packages/cloud/src')]).slice(0, 12)
  const file = join(local, `connect-template-${digest}.json`)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const { connectTemplate } = await import('@slipway/cloud')
  const text = JSON.stringify(connectTemplate(), undefined, 2)
  mkdirSync(local, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, text)
  renameSync(`${file}.${process.pid}`, file)
  return text
}
