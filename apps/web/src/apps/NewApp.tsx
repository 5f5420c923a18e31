'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { RegionField } from '../cloud-accounts/RegionField.tsx'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Empty } from '../ui/Empty.tsx'
import { SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'

/** Makes an app; nothing is made at AWS before the first push. */
export function NewApp() {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const accounts = useQuery(trpc.cloudAccounts.list.queryOptions({ organisationId }))
  return (
    <div className="mx-auto max-w-[720px]">
      <PageTitle
        title="Create an app"
        sub="Nothing is made at AWS, and nothing costs anything, before the first push"
      />
      <Panel>
        <Loaded query={accounts} what="your cloud accounts">
          {(list) => {
            const connected = list.filter((account) => account.state === 'connected')
            return connected.length > 0 ? (
              <NewAppForm accounts={connected} />
            ) : (
              <PanelBody>
                <Empty
                  title="No cloud account is connected"
                  action={
                    <ButtonLink href={paths.connect(slug)} look="go">
                      Connect an AWS account
                    </ButtonLink>
                  }
                >
                  An app lives in an AWS account of yours. Connecting one takes a few clicks.
                </Empty>
              </PanelBody>
            )
          }}
        </Loaded>
      </Panel>
    </div>
  )
}

function NewAppForm({ accounts }: { accounts: Answers['cloudAccounts']['list'] }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, slug } = useOrganisation()
  const reason = useReason('apps.create')
  const [name, setName] = useState('')
  const [cloudAccountId, setAccount] = useState(accounts[0]?.id ?? '')
  const account = accounts.find((one) => one.id === cloudAccountId) ?? accounts[0]
  const [chosenRegion, setRegion] = useState<string | null>(null)
  const region = chosenRegion ?? account?.region ?? 'us-east-1'
  const [branch, setBranch] = useState('main')
  const [autoDeploy, setAutoDeploy] = useState(true)
  const create = useMutation(
    trpc.apps.create.mutationOptions({
      onSuccess: async (app) => {
        await queryClient.invalidateQueries(trpc.apps.pathFilter())
        router.push(paths.app(slug, app.name))
      },
    }),
  )
  return (
    <PanelBody>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (create.isPending || reason) return
          create.mutate({
            organisationId,
            name: name.trim(),
            cloudAccountId,
            region,
            branch: branch.trim(),
            autoDeploy,
          })
        }}
      >
        {create.error ? <ProblemNotice problem={problemOf(create.error)} isUrgent /> : null}
        <TextField
          label="Name"
          size="large"
          required
          autoFocus
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          hint="Small letters, digits and single hyphens. It is part of the URL."
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="Cloud account"
            size="large"
            value={cloudAccountId}
            onChange={(event) => setAccount(event.target.value)}
          >
            {accounts.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
                {one.accountNumber ? `, ${one.accountNumber}` : ''}
              </option>
            ))}
          </SelectField>
          <RegionField
            label="Region"
            size="large"
            value={region}
            onChange={(event) => setRegion(event.target.value)}
          />
        </div>
        <TextField
          label="Branch that deploys"
          isMono
          required
          spellCheck={false}
          autoComplete="off"
          value={branch}
          onChange={(event) => setBranch(event.target.value)}
        />
        <SwitchField
          label="Deploy each push by itself"
          hint={
            autoDeploy
              ? 'A push goes out as soon as it is built.'
              : 'A push is built, then waits for the Deploy button.'
          }
          checked={autoDeploy}
          onChange={setAutoDeploy}
        />
        <div>
          <Button type="submit" look="go" size="large" reason={reason} busy={create.isPending && 'Creating'}>
            Create the app
          </Button>
        </div>
      </form>
    </PanelBody>
  )
}
