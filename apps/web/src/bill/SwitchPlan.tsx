'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { formatMoney } from '../ui/format-money.ts'
import { ProblemNotice } from '../ui/Notice.tsx'
import type { BillShown } from './bill-shown.ts'

/** Changes the plan from the next minute on. */
export function SwitchPlan({ bill }: { bill: BillShown }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('bill.switch-plan')
  const [isAsking, setAsking] = useState(false)
  const other = bill.plan.now === 'usage' ? 'seats' : 'usage'
  const change = useMutation(
    trpc.bill.switchPlan.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.bill.pathFilter())
        setAsking(false)
      },
    }),
  )
  const { usage, seats } = bill.onPlan
  return (
    <>
      <Button reason={reason} onClick={() => setAsking(true)}>
        Change plan…
      </Button>
      <Dialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={other === 'seats' ? 'Change to the seats plan' : 'Change to the usage plan'}
      >
        <p>
          From the next minute on, {other === 'seats' ? 'people' : 'awake minutes'} are counted. The minutes
          until then stay with the plan they fell under. You can change back at any minute.
        </p>
        <p>
          So far this month would have cost <b className="text-ink">{formatMoney(usage.total)}</b> on usage
          and <b className="text-ink">{formatMoney(seats.total)}</b> on seats ({seats.seatsNow}{' '}
          {seats.seatsNow === 1 ? 'seat' : 'seats'}, {formatMoney(seats.monthly)} a whole month).
        </p>
        {change.error ? <ProblemNotice problem={problemOf(change.error)} isUrgent /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>Stay</Button>
          <Button
            look="go"
            busy={change.isPending && 'Changing'}
            onClick={() => change.mutate({ organisationId, plan: other })}
          >
            Change to {other}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
