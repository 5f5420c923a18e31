/**
 * Every address of the dashboard is made here and nowhere else. Names go in as they are and come out escaped.
 * An organisation's pages begin with /o/ and its name, so that no organisation can stand in the way of a page.
 */
const part = encodeURIComponent

const organisationHome = (organisation: string) => `/o/${part(organisation)}`
const appHome = (organisation: string, app: string) => `${organisationHome(organisation)}/apps/${part(app)}`
const executionHome = (organisation: string, app: string, number: number) =>
  `${appHome(organisation, app)}/executions/${number}`

export const paths = {
  welcome: () => '/',
  signUp: () => '/sign-up',
  signIn: (next?: string) => (next ? `/sign-in?next=${part(next)}` : '/sign-in'),
  verify: (email?: string) => (email ? `/verify?email=${part(email)}` : '/verify'),
  forgot: () => '/forgot',
  verified: () => '/verified',
  /** Written in mails of the organisations package too. */
  reset: () => '/reset-password',
  home: () => '/home',
  account: () => '/account',

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
  deployPush: (organisation: string, app: string, number: number) =>
    `${executionHome(organisation, app, number)}/deploy`,
}

/** Where to go after signing in: a page of our own, never another site. */
export function nextPath(next: string | null | undefined): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : paths.home()
}
