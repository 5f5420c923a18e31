import {
  beginConnection,
  checkAgain,
  disconnect,
  getCloudAccount,
  listCloudAccounts,
  typeAccountNumber,
} from '@slipway/cloud'
import { may } from '@slipway/organisations'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf } from './inputs.ts'

const one = z.object({ cloudAccountId: idOf('cloudAccount') })

export const cloudAccounts = router({
  list: procedure
    .organisation('cloud-accounts.read')
    .query(async ({ ctx: { db, organisationId } }) =>
      wire(await db.inOrganisation(organisationId, (tx) => listCloudAccounts(tx, organisationId))),
    ),

  get: procedure
    .organisation('cloud-accounts.read')
    .input(one)
    .query(async ({ ctx: { db, organisationId, settings, role, caller }, input: { cloudAccountId: id } }) => {
      const account = await db.inOrganisation(organisationId, (tx) =>
        getCloudAccount(tx, settings.connect, { organisationId, id }),
      )
      // The links hold the external id.
      const mayLaunch = caller.kind === 'person' && may(role, 'cloud-accounts.connect')
      return wire({ ...account, launch: mayLaunch ? account.launch : null })
    }),

  begin: procedure
    .organisation('cloud-accounts.connect')
    .input(z.object({ name: z.string().max(200) }))
    .mutation(async ({ ctx: { db, organisationId, settings, clock }, input: { name } }) => ({
      id: await db.inOrganisation(organisationId, (tx) =>
        beginConnection(tx, settings.connect, { organisationId, name }, clock.now()),
      ),
    })),

  typeNumber: procedure
    .organisation('cloud-accounts.connect')
    .input(one.extend({ number: z.string().max(60) }))
    .mutation(
      async ({ ctx: { db, organisationId, settings, clock }, input: { cloudAccountId: id, number } }) => {
        await db.inOrganisation(organisationId, (tx) =>
          typeAccountNumber(tx, settings.connect, { organisationId, id, number }, clock.now()),
        )
      },
    ),

  recheck: procedure
    .organisation('cloud-accounts.connect')
    .input(one)
    .mutation(async ({ ctx: { db, organisationId, clock }, input: { cloudAccountId: id } }) => {
      await db.inOrganisation(organisationId, (tx) => checkAgain(tx, { organisationId, id }, clock.now()))
    }),

  disconnect: procedure
    .organisation('cloud-accounts.disconnect')
    .input(one)
    .mutation(async ({ ctx: { db, organisationId, caller, clock }, input: { cloudAccountId: id } }) => {
      const asked = { organisationId, id, by: actorOf(caller) }
      await db.inOrganisation(organisationId, (tx) => disconnect(tx, asked, clock.now()))
    }),
})
