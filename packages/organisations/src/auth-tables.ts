import type { Database } from '@slipway/db'

const tables = new Set(['user', 'session', 'account', 'verification'])

/**
 * The four tables of accounts as the library's adapter asks for them (`tables.user.findFirst(…)`): each call is a
 * transaction on the system path, and `$transaction` is one over several. Nothing else can be reached by it.
 */
export function authTables(db: Database): object {
  const table = (name: string) =>
    new Proxy(
      {},
      {
        get: (_, method) => (argument: unknown) =>
          db.inSystem('sign people in', async (tx) => {
            const delegate: object = Reflect.get(tx, name)
            const call: unknown = Reflect.get(delegate, method)
            if (typeof call !== 'function') throw new TypeError(`no ${String(method)} on ${name}`)
            return Reflect.apply(call, delegate, [argument])
          }),
      },
    )
  const byName = Object.fromEntries([...tables].map((name) => [name, table(name)]))
  return {
    ...byName,
    $transaction: <T>(run: (tx: object) => Promise<T>) => db.inSystem('sign people in', (tx) => run(tx)),
  }
}
