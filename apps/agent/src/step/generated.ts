import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generatedLengthMax } from '@slipway/protocol'
import { giveToAppUser } from '../apps/app-user.ts'
import { stepFailures } from './step-failures.ts'

/** What a command generates: the file that it writes, or where it writes none all that it prints. */
export type Generating = {
  environment: Record<string, string>
  /** Of its standard output, as it comes. */
  hear(this: void, text: string): void
  /** Throws `generated-too-large`. */
  read(): Promise<string>
}

export async function openGenerated(folder: string, command: string): Promise<Generating> {
  const file = path.join(folder, 'pipeline')
  await writeFile(file, '')
  giveToAppUser(file)
  let printed = ''
  return {
    // What npm itself prints above a script's lines is no part of them.
    environment: { SLIPWAY_PIPELINE: file, npm_config_loglevel: 'silent' },
    hear(text) {
      if (printed.length <= generatedLengthMax) printed += text
    },
    async read() {
      const size = (await stat(file).catch(() => undefined))?.size ?? 0
      const isTooLarge = size > generatedLengthMax || (size === 0 && printed.length > generatedLengthMax)
      if (isTooLarge) throw stepFailures.generatedTooLarge(command)
      return size > 0 ? readFile(file, 'utf8') : printed
    },
  }
}
