/** An answer of Stripe's kind for what it will not do. */
export class Refusal extends Error {
  readonly status: number
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'api_error'
  readonly code: string | undefined
  readonly parameter: string | undefined

  constructor(
    message: string,
    fields: { status?: number; type?: Refusal['type']; code?: string; parameter?: string } = {},
  ) {
    super(message)
    this.status = fields.status ?? 400
    this.type = fields.type ?? 'invalid_request_error'
    this.code = fields.code
    this.parameter = fields.parameter
  }

  body(): Record<string, unknown> {
    return {
      error: {
        type: this.type,
        message: this.message,
        ...(this.code === undefined ? {} : { code: this.code }),
        ...(this.parameter === undefined ? {} : { param: this.parameter }),
      },
    }
  }
}

export function missing(thing: string, id: string, parameter = 'id'): Refusal {
  return new Refusal(`No such ${thing}: '${id}'`, { status: 404, code: 'resource_missing', parameter })
}
