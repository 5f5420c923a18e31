import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'

const schema = z.object({
  DATABASE_URL: z.string().describe('where rows are kept'),
  PORT: z.coerce.number().int().describe('where to listen'),
})

describe('configuration', () => {
  it('is read and typed', () => {
    expect(readConfig(schema, { DATABASE_URL: 'x', PORT: '80' })).toEqual({ DATABASE_URL: 'x', PORT: 80 })
  })

  it('names every missing variable at once, and what it is for', () => {
    expect(() => readConfig(schema, { PORT: 'many' })).toThrow(
      /DATABASE_URL: is missing \(where rows are kept\)\n {2}PORT: .*where to listen/,
    )
  })
})
