'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useParams, useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Empty } from '../ui/Empty.tsx'
import { SelectField, SwitchField, TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'

/** Variables and secrets of each environment of an app. A change deploys the build that is live, never newer code. */
export function Variables() {
  const trpc = useTRPC()
  const router = useRouter()
  const { id: organisationId, slug } = useOrganisation()
  const app = decodeURIComponent(useParams<{ app: string }>().app)
  const chosen = useSearchParams().get('environment')
  const found = useQuery(trpc.apps.get.queryOptions({ organisationId, app }))
  return (
    <Loaded query={found} what={app} shape={<LoadingPage title="Variables and secrets" what={app} />}>
      {({ environments }) => {
        const environment = environments.find((one) => one.name === chosen) ?? environments[0]
        if (!environment) return null
        return (
          <>
            <PageTitle
              title="Variables and secrets"
              sub="A change deploys the live build again with it"
              actions={
                environments.length > 1 ? (
                  <SelectField
                    label={<span className="sr-only">Environment</span>}
                    value={environment.name}
                    onChange={(event) => router.push(paths.variables(slug, app, event.target.value))}
                  >
                    {environments.map((one) => (
                      <option key={one.id} value={one.name}>
                        {one.name}, {one.region}
                      </option>
                    ))}
                  </SelectField>
                ) : null
              }
            />
            <EnvironmentVariables key={environment.id} app={app} environment={environment.name} />
          </>
        )
      }}
    </Loaded>
  )
}

type Place = { app: string; environment: string }
type Variable = Answers['variables']['list']['variables'][number]

function EnvironmentVariables({ app, environment }: Place) {
  const trpc = useTRPC()
  const { id: organisationId, actions } = useOrganisation()
  const mayRead = actions.includes('variables.read')
  const reason = useReason('variables.read')
  const variables = useQuery(
    trpc.variables.list.queryOptions({ organisationId, app, environment }, { enabled: mayRead }),
  )
  const [edited, setEdited] = useState<Variable | null>(null)
  if (!mayRead) {
    return (
      <Empty title="Not for your role">
        <p>{reason}</p>
      </Empty>
    )
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
      <Panel title={environment}>
        <Loaded query={variables} what="the variables">
          {(data) =>
            data.variables.length === 0 ? (
              <PanelBody>
                <Empty title="No variables">
                  <code>PORT</code> is set by Slipway. Add what else the app reads from its environment.
                </Empty>
              </PanelBody>
            ) : (
              <VariableTable
                app={app}
                environment={environment}
                variables={data.variables}
                onEdit={setEdited}
              />
            )
          }
        </Loaded>
      </Panel>
      <SetVariable
        key={edited?.name ?? ''}
        app={app}
        environment={environment}
        edited={edited}
        onDone={() => setEdited(null)}
      />
    </div>
  )
}

function VariableTable({
  app,
  environment,
  variables,
  onEdit,
}: Place & { variables: Variable[]; onEdit: (variable: Variable) => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('variables.change')
  const remove = useMutation(
    trpc.variables.remove.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.variables.pathFilter()),
    }),
  )
  return (
    <>
      {remove.error ? (
        <PanelBody>
          <ProblemNotice problem={problemOf(remove.error)} isUrgent />
        </PanelBody>
      ) : null}
      <Table
        label="Variables and secrets"
        head={
          <>
            <HeadCell>Name</HeadCell>
            <HeadCell>Value</HeadCell>
            <HeadCell hideNarrow>Changed</HeadCell>
            <HeadCell isRight>
              <span className="sr-only">Change or remove</span>
            </HeadCell>
          </>
        }
      >
        {variables.map((variable) => (
          <TableRow key={variable.name}>
            <Cell className="font-mono text-12 font-medium [overflow-wrap:anywhere]">{variable.name}</Cell>
            <Cell className="max-w-[280px]">
              {variable.secret ? (
                <SecretValue variable={variable} />
              ) : (
                <span className="block truncate font-mono text-12" title={variable.value ?? ''}>
                  {variable.value}
                </span>
              )}
            </Cell>
            <Cell hideNarrow className="text-12 text-ink-3">
              <Time at={variable.updatedAt} />
            </Cell>
            <Cell isRight className="whitespace-nowrap">
              <span className="inline-flex flex-wrap justify-end gap-1.5">
                <Button
                  size="small"
                  aria-label={`Change ${variable.name}`}
                  reason={reason}
                  reasonHidden
                  onClick={() => onEdit(variable)}
                >
                  Change
                </Button>
                <Button
                  size="small"
                  look="danger"
                  aria-label={`Remove ${variable.name}`}
                  reason={reason}
                  reasonHidden
                  busy={remove.isPending && remove.variables.name === variable.name && 'Removing'}
                  onClick={() => remove.mutate({ organisationId, app, environment, name: variable.name })}
                >
                  Remove
                </Button>
              </span>
            </Cell>
          </TableRow>
        ))}
      </Table>
    </>
  )
}

function SecretValue({ variable }: { variable: Variable }) {
  if (variable.state === 'on-its-way') return <State kind="running">On its way to your Parameter Store</State>
  return (
    <span
      className="inline-flex items-center gap-1.5 text-12 text-ink-2"
      title={variable.parameter ? `${variable.parameter}, version ${variable.version}` : undefined}
    >
      <KeyRound aria-hidden="true" className="size-3.5" />
      in your Parameter Store{variable.version === null ? '' : `, version ${variable.version}`}
    </span>
  )
}

function SetVariable({
  app,
  environment,
  edited,
  onDone,
}: Place & { edited: Variable | null; onDone: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('variables.change')
  const [name, setName] = useState(edited?.name ?? '')
  const [value, setValue] = useState(edited?.value ?? '')
  const [secret, setSecret] = useState(edited?.secret ?? false)
  const set = useMutation(
    trpc.variables.set.mutationOptions({
      onSuccess: () => {
        setName('')
        setValue('')
        onDone()
        queryClient.invalidateQueries(trpc.variables.pathFilter())
      },
    }),
  )
  return (
    <Panel title={edited ? `Change ${edited.name}` : 'Add one'}>
      <PanelBody>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!set.isPending && !reason) {
              set.mutate({ organisationId, app, environment, name: name.trim(), value, secret })
            }
          }}
        >
          {set.error ? <ProblemNotice problem={problemOf(set.error)} isUrgent /> : null}
          <TextField
            label="Name"
            isMono
            required
            readOnly={edited !== null}
            autoComplete="off"
            spellCheck={false}
            placeholder="DATABASE_URL"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label="Value"
            isMono
            type={secret ? 'password' : 'text'}
            autoComplete="off"
            spellCheck={false}
            hint={edited?.secret ? 'The old value is shown to nobody; type the new one.' : undefined}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
          <SwitchField
            label="It is a secret"
            hint="Goes straight into your own Parameter Store; nobody sees it here again."
            checked={secret}
            onChange={setSecret}
          />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="go" reason={reason} busy={set.isPending && 'Saving'}>
              {edited ? 'Save the change' : 'Add it'}
            </Button>
            {edited ? <Button onClick={onDone}>Leave it</Button> : null}
          </div>
        </form>
      </PanelBody>
    </Panel>
  )
}
