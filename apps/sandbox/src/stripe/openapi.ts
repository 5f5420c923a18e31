import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import { z } from 'zod'

const operationSchema = z.object({
  parameters: z
    .array(
      z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: z.unknown() }),
    )
    .default([]),
  requestBody: z
    .object({
      content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })),
    })
    .optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).optional() }),
  ),
})

const documentSchema = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})

type Problem = { path: string; message: string }

export type Operation = {
  /** `POST /v1/invoices/{invoice}/finalize` */
  name: string
  /** The `{…}` parts of the path by name. */
  parameters: Record<string, string>
  /** Turns numbers and booleans out of a form's strings, in place. Unknown parameters are a problem, at any depth. */
  checkRequest(body: Record<string, unknown>): Problem[]
  checkAnswer(status: number, body: unknown): Problem[]
}

/**
 * Stripe's own description of the operations that the double answers (made by cut-openapi.ts). Checks are
 * compiled when first used: about a second for the first invoice, under a millisecond after.
 */
export function openDocument(): {
  version: string
  find(method: string, path: string): Operation | undefined
} {
  const document = documentSchema.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8')),
  )
  const options = { strict: false, allErrors: true, validateFormats: false, inlineRefs: false } as const
  const requests = new Ajv({ ...options, coerceTypes: 'array' })
  const answers = new Ajv(options)
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    requests.addSchema({ $id: `stripe:${name}`, ...toSchema(schema, true) })
    answers.addSchema({ $id: `stripe:${name}`, ...toSchema(schema, false) })
  }
  const compiled = new Map<string, ValidateFunction>()
  const check = (ajv: Ajv, key: string, schema: () => AnySchema, body: unknown): Problem[] => {
    const validate = compiled.get(key) ?? ajv.compile(schema())
    compiled.set(key, validate)
    if (validate(body)) return []
    return (validate.errors ?? [])
      .filter((error) => error.keyword !== 'anyOf')
      .map((error) => ({
        path: [...error.instancePath.split('/').slice(1), unknownName(error.params)]
          .filter(Boolean)
          .join('.'),
        message:
          error.keyword === 'additionalProperties'
            ? 'Received unknown parameter'
            : (error.message ?? error.keyword),
      }))
  }

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      pattern: new RegExp(`^${path.replaceAll(/\{([^}]+)\}/g, '(?<$1>[^/]+)')}$`),
      operation,
    })),
  )
  return {
    version: document.info.version,
    find(method, path) {
      for (const candidate of operations) {
        const match = candidate.method === method ? candidate.pattern.exec(path) : null
        if (match === null) continue
        const { operation } = candidate
        const name = `${method} ${candidate.path}`
        const requestSchema = () =>
          method === 'POST'
            ? toSchema(
                operation.requestBody?.content['application/x-www-form-urlencoded']?.schema ?? closed({}),
                true,
              )
            : closed(
                Object.fromEntries(
                  operation.parameters
                    .filter((parameter) => parameter.in === 'query')
                    .map((parameter) => [parameter.name, toSchema(parameter.schema, true)]),
                ),
              )
        const answerSchema = (status: number) =>
          toSchema(
            (operation.responses[status] ?? operation.responses.default)?.content?.['application/json']
              ?.schema ?? {},
            false,
          )
        return {
          name,
          parameters: { ...match.groups },
          checkRequest: (body) => check(requests, `request ${name}`, requestSchema, body),
          checkAnswer: (status, body) =>
            check(
              answers,
              `answer ${status < 400 ? 'ok' : 'error'} ${name}`,
              () => answerSchema(status),
              body,
            ),
        }
      }
      return undefined
    },
  }
}

function closed(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, additionalProperties: false }
}

/** OpenAPI 3.0 to JSON Schema. In a request every object with named fields is closed, as Stripe refuses the rest. */
function toSchema(value: unknown, request: boolean): Record<string, unknown> {
  const { nullable, ...rest } = z.record(z.string(), z.unknown()).parse(value)
  const schema: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(rest)) schema[key] = convert(key, inner, request)
  if (request && 'properties' in schema && !('additionalProperties' in schema))
    schema.additionalProperties = false
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema
}

function convert(key: string, value: unknown, request: boolean): unknown {
  if (key === '$ref' && typeof value === 'string') return value.replace('#/components/schemas/', 'stripe:')
  if (key === 'enum' || key === 'required') return value
  if (key === 'properties') {
    const properties = z.record(z.string(), z.unknown()).parse(value)
    return Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [name, toSchema(inner, request)]),
    )
  }
  if (Array.isArray(value)) return value.map((inner) => toSchema(inner, request))
  return typeof value === 'object' && value !== null ? toSchema(value, request) : value
}

function unknownName(parameters: Record<string, unknown>): string {
  return typeof parameters.additionalProperty === 'string' ? parameters.additionalProperty : ''
}
