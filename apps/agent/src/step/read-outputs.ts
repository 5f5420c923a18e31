import { readFile, stat } from 'node:fs/promises'
import { outputLengthMax } from '@slipway/protocol'

/** Room for 50 outputs; a file beyond is not read. */
const fileBytesMax = 1_048_576

export type OutputsRead = { outputs: Record<string, string>; wrong: string[] }

/** What a command left in its file of NAME=value lines, of which the last of a name counts; other names are left out. */
export async function readOutputs(file: string, names: readonly string[]): Promise<OutputsRead> {
  if (names.length === 0) return { outputs: {}, wrong: [] }
  const size = (await stat(file).catch(() => undefined))?.size ?? 0
  if (size > fileBytesMax)
    return { outputs: {}, wrong: [`The file of SLIPWAY_OUTPUT is larger than ${fileBytesMax} bytes.`] }
  const text = await readFile(file, 'utf8').catch(() => '')
  return parseOutputs(text, names)
}

export function parseOutputs(text: string, names: readonly string[]): OutputsRead {
  const said = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) said.set(name, value)
  }
  const outputs: Record<string, string> = {}
  const wrong: string[] = []
  for (const name of names) {
    const value = said.get(name)
    if (value === undefined) wrong.push(`${name} was not written.`)
    else if (value.length > outputLengthMax) wrong.push(`${name} has ${value.length} characters.`)
    else outputs[name] = value
  }
  return { outputs, wrong }
}
