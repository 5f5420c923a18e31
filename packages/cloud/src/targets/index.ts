import { cluster } from './cluster/index.ts'
import { lambdaFunction } from './function/index.ts'
import { server } from './server/index.ts'
import { staticSite } from './static/index.ts'

/** The compute targets, one folder and one line each. */
export const targets = { server, cluster, static: staticSite, function: lambdaFunction } as const
