import { type Logger, pino } from 'pino'

export type Log = Logger

/** One line of JSON a message on standard output. Keys that name a secret are cut out, wherever they lie. */
export function makeLog(name: string, level = 'info'): Log {
  const secret = ['password', 'secret', 'token', 'authorization', 'cookie', 'externalId']
  return pino({
    name,
    level,
    redact: { paths: secret.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[cut]' },
  })
}
