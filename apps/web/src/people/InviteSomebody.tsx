'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { type Role, roleWords } from './member-words.ts'

/** Mails an invitation; nobody gives a role above their own. */
export function InviteSomebody() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId, roles } = useOrganisation()
  const reason = useReason('members.invite')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [sentTo, setSentTo] = useState<string | null>(null)
  const create = useMutation(
    trpc.invitations.create.mutationOptions({
      onSuccess: (_, sent) => {
        setEmail('')
        setSentTo(sent.email)
        queryClient.invalidateQueries(trpc.invitations.list.queryFilter())
      },
    }),
  )
  return (
    <Panel title="Invite somebody">
      <PanelBody className="grid gap-4">
        {create.error ? <ProblemNotice problem={problemOf(create.error)} isUrgent /> : null}
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            setSentTo(null)
            if (!create.isPending && !reason) create.mutate({ organisationId, email: email.trim(), role })
          }}
        >
          <TextField
            label="E-mail"
            type="email"
            autoComplete="off"
            required
            hint="Only a person with this address can accept"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <SelectField
            label="Role"
            hint={roleWords[role]}
            value={role}
            onChange={(event) => {
              const chosen = roles.find((one) => one.role === event.target.value)
              if (chosen) setRole(chosen.role)
            }}
          >
            {roles.map((one) => (
              <option
                key={one.role}
                value={one.role}
                disabled={one.whyNot !== null}
                title={one.whyNot ?? undefined}
              >
                {one.role}
                {one.whyNot === null ? '' : ', above your own'}
              </option>
            ))}
          </SelectField>
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" look="go" reason={reason} busy={create.isPending && 'Inviting'}>
              Send the invitation
            </Button>
            {sentTo ? (
              <span role="status" className="min-w-0">
                <State kind="good">Sent to {sentTo}</State>
              </span>
            ) : null}
          </div>
        </form>
      </PanelBody>
    </Panel>
  )
}
