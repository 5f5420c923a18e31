import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const accounts = z.array(z.object({ id: z.string().regex(/^\d{12}$/), name: z.string() }))

export type Account = z.infer<typeof accounts>[number]

const fromTheStart: Account[] = [
  { id: '222222222222', name: 'first' },
  { id: '333333333333', name: 'second' },
]

export type Accounts = { list(): Account[]; make(name: string): Account }

/** The customers' AWS accounts that this sandbox knows by name; the emulator itself takes any twelve digits. */
export function openAccounts(state: string): Accounts {
  const file = join(state, 'accounts.json')
  const read = () => {
    try {
      return accounts.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return fromTheStart
    }
  }
  return {
    list: read,
    make(name) {
      const made = { id: String(randomInt(400_000_000_000, 999_999_999_999)), name: name.trim() || 'another' }
      mkdirSync(state, { recursive: true })
      writeFileSync(file, JSON.stringify([...read(), made]))
      return made
    },
  }
}

/** Settings of an SDK client that acts as an account's root, its administrator, in the emulator. */
export function asRoot(emulatorUrl: string, account: string, region = 'us-east-1') {
  return {
    endpoint: emulatorUrl,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'root of the emulated account' },
  }
}
