import { listPermissions } from '@slipway/cloud'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const permissions = router({
  /** All that Slipway can and cannot do in a connected account. */
  list: procedure.organisation('cloud-accounts.read').query(() => wire(listPermissions())),
})
