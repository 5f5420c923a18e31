import Stripe from 'stripe'

/** Where Stripe is. Host, port and protocol only where it is not Stripe's own. */
export type StripeSettings = {
  secretKey: string
  host?: string | undefined
  port?: number | undefined
  protocol?: 'http' | 'https' | undefined
}

/** The official client. For the worker alone: no other process calls Stripe. */
export function makeStripe(settings: StripeSettings): Stripe {
  return new Stripe(settings.secretKey, {
    ...(settings.host === undefined ? {} : { host: settings.host }),
    ...(settings.port === undefined ? {} : { port: settings.port }),
    ...(settings.protocol === undefined ? {} : { protocol: settings.protocol }),
    appInfo: { name: 'Slipway' },
    maxNetworkRetries: 1,
    timeout: 20_000,
    telemetry: false,
  })
}
