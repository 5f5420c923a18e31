import { listInvoices } from '@slipway/billing'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const invoices = router({
  list: procedure
    .organisation('bill.read')
    .query(async ({ ctx }) => wire(await listInvoices(ctx.db, ctx.organisationId))),
})
