import { createCaller, router } from './procedure.ts'
import { apps } from './routers/apps.ts'
import { audit } from './routers/audit.ts'
import { bill } from './routers/bill.ts'
import { canaries } from './routers/canaries.ts'
import { cloudAccounts } from './routers/cloud-accounts.ts'
import { commits } from './routers/commits.ts'
import { costs } from './routers/costs.ts'
import { disks } from './routers/disks.ts'
import { environments } from './routers/environments.ts'
import { executions } from './routers/executions.ts'
import { firstSteps } from './routers/first-steps.ts'
import { invitations } from './routers/invitations.ts'
import { invoices } from './routers/invoices.ts'
import { live } from './routers/live.ts'
import { logs } from './routers/logs.ts'
import { members } from './routers/members.ts'
import { metrics } from './routers/metrics.ts'
import { monitors } from './routers/monitors.ts'
import { organisations } from './routers/organisations.ts'
import { permissions } from './routers/permissions.ts'
import { pipeline } from './routers/pipeline.ts'
import { pushes } from './routers/pushes.ts'
import { runs } from './routers/runs.ts'
import { stages } from './routers/stages.ts'
import { tokens } from './routers/tokens.ts'
import { variables } from './routers/variables.ts'

/** Every procedure of the api, by noun. */
export const appRouter = router({
  apps,
  audit,
  bill,
  canaries,
  cloudAccounts,
  commits,
  costs,
  disks,
  environments,
  executions,
  firstSteps,
  invitations,
  invoices,
  live,
  logs,
  members,
  metrics,
  monitors,
  organisations,
  permissions,
  pipeline,
  pushes,
  runs,
  stages,
  tokens,
  variables,
})

/** What the dashboard and the CLI know of the api. */
export type AppRouter = typeof appRouter

/** Calls procedures in this process, with a context given by hand. */
export const callerFactory = createCaller(appRouter)
