import { createServer } from 'node:http'
import { z } from 'zod'

const statement = z.looseObject({
  Action: z.unknown(),
  Condition: z.record(z.string(), z.unknown()).optional(),
})
const connectTemplate = z.looseObject({
  Resources: z.looseObject({
    Control: z.looseObject({
      Properties: z.looseObject({
        AssumeRolePolicyDocument: z.looseObject({ Statement: z.array(statement) }),
      }),
    }),
  }),
})

/** What somebody may do to the condition under which the role admits Slipway. */
export const tamperings = {
  'with no condition': undefined,
  'with another id': { StringEquals: { 'sts:ExternalId': 'x'.repeat(43) } },
  'with any id': { StringLike: { 'sts:ExternalId': '*' } },
} satisfies Record<string, Record<string, unknown> | undefined>

/**
 * Serves the connect template at `url` as somebody changed it, one address for each tampering. `addressOf` is for
 * the AWS console's field; `close` ends it.
 */
export async function serveTampered(url: string) {
  const original = await (await fetch(url)).text()
  const server = createServer((request, response) => {
    const tampering = Object.entries(tamperings).find(([name]) => request.url === pathOf(name))
    if (!tampering) return response.writeHead(404).end()
    const template = connectTemplate.parse(JSON.parse(original))
    for (const one of template.Resources.Control.Properties.AssumeRolePolicyDocument.Statement) {
      if (one.Action === 'sts:AssumeRole') one.Condition = tampering[1]
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(template))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('the templates are not served')
  return {
    addressOf: (name: string) => `http://127.0.0.1:${address.port}${pathOf(name)}`,
    close: () => server.close(),
  }
}

const pathOf = (name: string) => `/${encodeURIComponent(name)}.json`
