/**
 * The paths that see every tenant, each with its reason. All else goes through `inOrganisation`. A new one is
 * added here, where a reader finds them all, and nowhere else. Tables outside tenant scope (user, session,
 * account, verification, stripe_event, system_setting, clock_offset) are reached by these paths only.
 */
export const systemPaths = {
  'sign people in': 'a person exists before and beside any organisation',
  'delete an account': 'a person leaves every organisation at once',
  'name people': 'people lie outside tenant scope; names are asked for ids that were found inside a tenant',
  'find the organisations of a person': 'membership decides which tenant a request may enter',
  'create an organisation': 'the tenant does not exist yet',
  'look up a token': 'the token decides which tenant a request may enter',
  'look up an invitation': 'the invitation decides which tenant a person may enter',
  'relay the outbox': 'one relay serves all tenants, in turn',
  'find a connection by announcement': 'an AWS account announces itself by connection id alone',
  'check that an AWS account is free': 'an AWS account belongs to one organisation at a time',
  'stop all assumption': 'one flag for the whole installation',
  'find a host that connects': 'an agent names itself before its tenant is known',
  'find a repository': 'a git address names its organisation by slug',
  'record a webhook of Stripe': 'the event names its organisation only when looked at',
  'close months': 'the month ends for all tenants',
  'move the clock': 'one offset for the whole installation',
  'ask whether Postgres answers': 'it concerns no tenant',
  'choose a gate port': 'hosts that share a machine share its ports, whoever they belong to',
  sweep: 'what was lost is looked for over all tenants',
} as const

export type SystemPath = keyof typeof systemPaths
