/**
 * Every address of the dashboard is made here and nowhere else. Names go in as they are and come out escaped.
 * An organisation's pages begin with /o/ and its name, so that no organisation can stand in the way of a page.
 */
const part = encodeURIComponent

const organisationHome = (organisation: string) => `/o/${part(organisation)}`
const appHome = (organisation: string, app: string) => `${organisationHome(organisation)}/apps/${part(app)}`
const executionHome = (organisation: string, app: string, number: number) =>
  `${appHome(organisation, app)}/executions/${number}`

/** What a page at the door takes along: where the person wanted to go, and with which address. */
type AtTheDoor = { next?: string | undefined; email?: string | undefined }

function withQuery(path: string, { next, email }: AtTheDoor): string {
  const known = [next ? `next=${part(next)}` : '', email ? `email=${part(email)}` : ''].filter(Boolean)
  return known.length === 0 ? path : `${path}?${known.join('&')}`
}

export const paths = {
  welcome: () => '/',
  signUp: (known: AtTheDoor = {}) => withQuery('/sign-up', known),
  signIn: (next?: string, email?: string) => withQuery('/sign-in', { next, email }),
  verify: (known: AtTheDoor = {}) => withQuery('/verify', known),
  forgot: () => '/forgot',
  verified: (next?: string) => withQuery('/verified', { next }),
  /** Written in mails of the organisations package too. */
  invitation: (token: string) => `/invitation/${part(token)}`,
  /** Written in mails of the organisations package too. */
  reset: () => '/reset-password',
  home: () => '/home',
  account: () => '/account',
  /** Where both links of a change of address lead: which of them it was follows from the address there is now. */
  addressChange: (email: string) => `/account?address=${part(email)}`,

  organisation: organisationHome,
  apps: organisationHome,
  firstSteps: (organisation: string) => `${organisationHome(organisation)}/first-steps`,
  newApp: (organisation: string) => `${organisationHome(organisation)}/new-app`,
  cloudAccounts: (organisation: string) => `${organisationHome(organisation)}/cloud-accounts`,
  connect: (organisation: string) => `${organisationHome(organisation)}/connect`,
  cloudAccount: (organisation: string, id: string) =>
    `${organisationHome(organisation)}/cloud-accounts/${part(id)}`,
  permissions: (organisation: string) => `${organisationHome(organisation)}/permissions`,
  bill: (organisation: string, month?: string) =>
    month
      ? `${organisationHome(organisation)}/bill?month=${part(month)}`
      : `${organisationHome(organisation)}/bill`,
  people: (organisation: string) => `${organisationHome(organisation)}/people`,
  tokens: (organisation: string) => `${organisationHome(organisation)}/tokens`,
  audit: (organisation: string) => `${organisationHome(organisation)}/audit`,

  app: appHome,
  pipeline: (organisation: string, app: string) => `${appHome(organisation, app)}/pipeline`,
  commits: (organisation: string, app: string) => `${appHome(organisation, app)}/commits`,
  environments: (organisation: string, app: string) => `${appHome(organisation, app)}/environments`,
  environment: (organisation: string, app: string, environment: string) =>
    `${appHome(organisation, app)}/environments/${part(environment)}`,
  variables: (organisation: string, app: string, environment?: string) =>
    environment
      ? `${appHome(organisation, app)}/variables?environment=${part(environment)}`
      : `${appHome(organisation, app)}/variables`,
  appSettings: (organisation: string, app: string) => `${appHome(organisation, app)}/settings`,
  execution: executionHome,
  /** The same page with other things chosen on it; what is null is not chosen and not in the address. */
  chosen: (page: string, chosen: Record<string, string | null>) => {
    const query = new URLSearchParams(
      Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== null),
    )
    return query.size === 0 ? page : `${page}?${query}`
  },
  deployPush: (organisation: string, app: string, number: number) =>
    `${executionHome(organisation, app, number)}/deploy`,
}

/** Where to go after signing in: a page of our own, never another site. */
export function nextPath(next: string | null | undefined): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : paths.home()
}

/** What has to be taken along to get there: nothing where the way leads home anyway. */
export function wanted(next: string): string | undefined {
  return next === paths.home() ? undefined : next
}
