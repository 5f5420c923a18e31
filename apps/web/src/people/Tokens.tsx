'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { CopyValue } from '../ui/Command.tsx'
import { Empty } from '../ui/Empty.tsx'
import { SelectField, TextField } from '../ui/Field.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'

/** Keys for git and for programs: made once, shown once, revoked here. */
export function Tokens() {
  const trpc = useTRPC()
  const { id: organisationId, name } = useOrganisation()
  const tokens = useQuery(trpc.tokens.list.queryOptions({ organisationId }))
  return (
    <>
      <PageTitle
        title="Tokens"
        sub={`They act for their maker in ${name}, and never outlive what the maker may do`}
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <Panel title="In use">
          <Loaded query={tokens} what="the tokens">
            {(list) => (list.length === 0 ? <NoTokens /> : <TokenTable tokens={list} />)}
          </Loaded>
        </Panel>
        <NewToken />
      </div>
    </>
  )
}

function NoTokens() {
  return (
    <PanelBody>
      <Empty title="No tokens">Make one to push with git, or to call the api from a program.</Empty>
    </PanelBody>
  )
}

type Token = Answers['tokens']['list'][number]

function TokenTable({ tokens }: { tokens: Token[] }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('tokens.revoke')
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.tokens.list.queryFilter()),
    }),
  )
  return (
    <>
      {revoke.error ? (
        <PanelBody>
          <ProblemNotice problem={problemOf(revoke.error)} isUrgent />
        </PanelBody>
      ) : null}
      <Table
        label="Tokens in use"
        head={
          <>
            <HeadCell>Name</HeadCell>
            <HeadCell hideNarrow>For</HeadCell>
            <HeadCell hideNarrow>Last used</HeadCell>
            <HeadCell>Ends</HeadCell>
            <HeadCell isRight>
              <span className="sr-only">Revoke</span>
            </HeadCell>
          </>
        }
      >
        {tokens.map((token) => (
          <TableRow key={token.id}>
            <Cell>
              <b className="block font-medium">{token.name}</b>
              <span className="text-12 text-ink-3">
                <code>slw_…{token.ending}</code> by {token.maker.name}
              </span>
            </Cell>
            <Cell hideNarrow>{token.scopes.join(', ')}</Cell>
            <Cell hideNarrow className="text-ink-2">
              {token.lastUsedAt ? <Time at={token.lastUsedAt} /> : 'never'}
            </Cell>
            <Cell className="text-ink-2">
              <Time at={token.expiresAt} />
            </Cell>
            <Cell isRight>
              <Button
                size="small"
                look="danger"
                aria-label={`Revoke ${token.name}`}
                reason={reason}
                reasonHidden
                busy={revoke.isPending && revoke.variables.tokenId === token.id && 'Revoking'}
                onClick={() => revoke.mutate({ organisationId, tokenId: token.id })}
              >
                Revoke
              </Button>
            </Cell>
          </TableRow>
        ))}
      </Table>
    </>
  )
}

const lifetimes = [7, 30, 90, 365] as const

const uses: { key: string; words: string; scopes: Token['scopes'] }[] = [
  { key: 'git', words: 'git push and pull', scopes: ['git'] },
  { key: 'api', words: 'the api', scopes: ['api'] },
  { key: 'both', words: 'git and the api', scopes: ['git', 'api'] },
]

/** Makes a token and shows it, this once. */
function NewToken() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('tokens.create')
  const [name, setName] = useState('')
  const [use, setUse] = useState(uses[0])
  const [days, setDays] = useState<number>(90)
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      onSuccess: () => {
        setName('')
        queryClient.invalidateQueries(trpc.tokens.list.queryFilter())
      },
    }),
  )
  return (
    <Panel title="New token">
      <PanelBody className="grid gap-4">
        {create.error ? <ProblemNotice problem={problemOf(create.error)} isUrgent /> : null}
        {create.data ? <MadeToken token={create.data.token} /> : null}
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!create.isPending && !reason && use)
              create.mutate({ organisationId, name: name.trim(), scopes: use.scopes, days })
          }}
        >
          <TextField
            label="Name"
            hint="Where it will be used, such as “laptop”"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <div className="grid grid-cols-2 gap-3">
            <SelectField
              label="For"
              value={use?.key}
              onChange={(event) => setUse(uses.find(({ key }) => key === event.target.value))}
            >
              {uses.map(({ key, words }) => (
                <option key={key} value={key}>
                  {words}
                </option>
              ))}
            </SelectField>
            <SelectField
              label="Ends after"
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
            >
              {lifetimes.map((amount) => (
                <option key={amount} value={amount}>
                  {amount} days
                </option>
              ))}
            </SelectField>
          </div>
          <div>
            <Button
              type="submit"
              look={create.data ? 'usual' : 'go'}
              reason={reason}
              busy={create.isPending && 'Making'}
            >
              Make the token
            </Button>
          </div>
        </form>
      </PanelBody>
    </Panel>
  )
}

/** A token right after it was made: it is nowhere else, and will not be shown again. */
export function MadeToken({ token }: { token: string }) {
  return (
    <div className="grid gap-2" role="status">
      <Notice tone="info" title="Copy it now.">
        It is shown this once; Slipway keeps only its digest.
      </Notice>
      <CopyValue value={token} />
    </div>
  )
}
