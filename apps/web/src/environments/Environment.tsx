'use client'
import { useQuery } from '@tanstack/react-query'
import { ExternalLink, Server } from 'lucide-react'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { hostOf } from '../apps/words.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Empty } from '../ui/Empty.tsx'
import { MiddleEllipsis } from '../ui/MiddleEllipsis.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State, type StateKind } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'
import { AwsCost } from './AwsCost.tsx'
import { Disks } from './Disks.tsx'
import { HealthState } from './HealthState.tsx'
import { Logs } from './Logs.tsx'
import { Metrics } from './Metrics.tsx'
import { Monitors } from './Monitors.tsx'
import { Releases } from './Releases.tsx'
import { Runs } from './Runs.tsx'

type Shown = Answers['environments']['get']

/** What runs here: services, hosts, releases, their figures and what they say. Of a static site: what is served. */
export function EnvironmentPage({ app, name }: { app: string; name: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const found = useQuery(trpc.environments.get.queryOptions({ organisationId, app, environment: name }))
  return (
    <Loaded query={found} what={name} shape={<LoadingPage title={name} what={name} />}>
      {(environment) => <Whole environment={environment} />}
    </Loaded>
  )
}

function Whole({ environment }: { environment: Shown }) {
  const { slug } = useOrganisation()
  const { cloudAccount, live, services, isHosted } = environment
  const url = services.find((service) => service.url)?.url
  return (
    <>
      <PageTitle
        title={`${environment.name}, ${environment.region}`}
        actions={
          <ButtonLink href={paths.variables(slug, environment.app.name, environment.name)}>
            Variables and secrets
          </ButtonLink>
        }
      >
        <HealthState health={environment.health} isPill />
        {live && url ? (
          <a
            href={url}
            target="_blank"
            rel="noopener noreferrer"
            className="link min-w-0 text-13 [overflow-wrap:anywhere]"
          >
            {hostOf(url)}
          </a>
        ) : null}
        <span className="text-13 text-ink-3">
          {cloudAccount.name}
          {cloudAccount.accountNumber ? `, account ${cloudAccount.accountNumber}` : ''}
          {live ? ` · release ${live.number}` : ''}
        </span>
        {live ? <Revision sha={live.sha} title={`${live.message}, ${live.author}`} /> : null}
      </PageTitle>
      {cloudAccount.brokenSince ? (
        <Notice
          tone="bad"
          title={`The connection with ${cloudAccount.name} is broken.`}
          className="mb-4"
          action={
            <ButtonLink href={paths.cloudAccount(slug, cloudAccount.id)} size="small">
              How to mend it
            </ButtonLink>
          }
        >
          Since <Time at={cloudAccount.brokenSince} />. What runs here runs on.
        </Notice>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_372px]">
        <div className="grid min-w-0 gap-4">
          <Services environment={environment} />
          {isHosted ? (
            <>
              {services.length > 0 ? (
                <Metrics app={environment.app.name} environment={environment.name} services={services} />
              ) : null}
              <Monitors app={environment.app.name} environment={environment.name} />
              {services.length > 0 ? (
                <Disks app={environment.app.name} environment={environment.name} />
              ) : null}
              {services.length > 0 ? <Runs environment={environment} /> : null}
              <Logs environment={environment} />
            </>
          ) : (
            <Served environment={environment} />
          )}
        </div>
        <div className="grid min-w-0 gap-4">
          <Releases app={environment.app.name} environment={environment.name} />
          {isHosted ? <Hosts hosts={environment.hosts} /> : null}
          <AwsCost app={environment.app.name} environment={environment.name} />
        </div>
      </div>
    </>
  )
}

/** Where no host is there are no figures of one, no processes that say anything, and nothing to restart. */
function Served({ environment: { compute, ...environment } }: { environment: Shown }) {
  return (
    <Panel title="How it is served">
      <div className="grid max-w-[70ch] gap-3 p-4 text-13 text-ink-2">
        {compute === 'function' ? (
          <ServedByFunctions environment={environment} />
        ) : (
          <p>
            Files in your bucket, served by CloudFront near each visitor. Nothing runs, so there is no host,
            no log and nothing to scale. Each release lies beside the others; one value says which is live,
            and was checked by asking the site when it was set. Requests and errors are in CloudFront's own
            console.
          </p>
        )}
      </div>
    </Panel>
  )
}

function ServedByFunctions({ environment }: { environment: Omit<Shown, 'compute'> }) {
  const { id, region, services } = environment
  const console = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/`
  return (
    <>
      <p>
        Functions on AWS Lambda behind CloudFront. They run while they answer, one request in each at a time,
        and cost nothing between. Each release is a version of its own; an alias says which is live, and it
        was asked before anybody was led to it.
      </p>
      <p>
        What they print, their durations and errors are in CloudWatch, in your account, for 14 days:{' '}
        {services.map((service, index) => {
          const group = `/slipway/${id}/${service.name}`
          return (
            <span key={service.id}>
              {index > 0 ? ', ' : null}
              <a
                href={`${console}${encodeURIComponent(encodeURIComponent(group)).replaceAll('%', '$')}`}
                target="_blank"
                rel="noopener noreferrer"
                className="link"
              >
                log of {service.name}
              </a>
            </span>
          )
        })}
        .
      </p>
    </>
  )
}

function Services({ environment }: { environment: Shown }) {
  const { services, live, isHosted } = environment
  return (
    <Panel title="Services" sub={services.length === 1 ? '1 service' : `${services.length} services`}>
      {services.length === 0 ? (
        <PanelBody>
          <Empty title="No services">
            They come with the first deployment: one for each process of the app.
          </Empty>
        </PanelBody>
      ) : (
        <Table
          label="Services"
          head={
            <>
              <HeadCell>Service</HeadCell>
              <HeadCell hideNarrow>Address</HeadCell>
              {isHosted ? <HeadCell hideNarrow>Restarts</HeadCell> : null}
              <HeadCell isRight>Health</HeadCell>
            </>
          }
        >
          {services.map((service) => (
            <TableRow key={service.id}>
              <Cell className="whitespace-nowrap">
                <b className="font-medium">{service.name}</b>{' '}
                <span className="text-12 text-ink-3">{service.kind}</span>
              </Cell>
              <Cell hideNarrow className="max-w-[360px]">
                {service.url && live ? (
                  <a
                    href={service.url}
                    target="_blank"
                    rel="noopener noreferrer"
                    className="flex min-w-0 items-center gap-1.5 font-mono text-12 hover:underline"
                  >
                    <MiddleEllipsis text={hostOf(service.url)} tail={20} />
                    <ExternalLink aria-hidden="true" className="size-3.5 text-ink-3" />
                  </a>
                ) : (
                  <span className="text-12 text-ink-3">{service.url ? 'not yet' : 'no port'}</span>
                )}
              </Cell>
              {isHosted ? (
                <Cell hideNarrow className="text-12 text-ink-2">
                  {service.health.restarts}
                </Cell>
              ) : null}
              <Cell isRight>
                <span className="inline-grid justify-items-end">
                  {service.kind === 'cron' ? (
                    <State kind="none">When due</State>
                  ) : (
                    <HealthState health={service.health.state} />
                  )}
                  {service.health.reason ? (
                    <span className="text-12 text-ink-2">{service.health.reason}</span>
                  ) : null}
                </span>
              </Cell>
            </TableRow>
          ))}
        </Table>
      )}
    </Panel>
  )
}

const hostLooks: Record<string, { kind: StateKind; word: string }> = {
  expected: { kind: 'running', word: 'Starting' },
  online: { kind: 'good', word: 'Online' },
  offline: { kind: 'held', word: 'Not heard from' },
  stopped: { kind: 'none', word: 'Stopped' },
}

function Hosts({ hosts }: { hosts: Shown['hosts'] }) {
  return (
    <Panel title="Hosts">
      {hosts.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">
          No host yet. The first deployment makes one, unless all that it brings is files.
        </p>
      ) : (
        <Rows>
          {hosts.map((host) => {
            const { kind, word } = hostLooks[host.state] ?? { kind: 'waiting' as const, word: host.state }
            return (
              <li key={host.id} className="grid gap-1 px-4 py-2.5 text-13">
                <span className="flex items-center gap-2">
                  <Server aria-hidden="true" className="size-4 text-ink-2" />
                  <b className="font-medium">{host.instanceType ?? 'instance'}</b>
                  <span className="text-12 text-ink-3">{host.architecture}</span>
                  <span className="ml-auto">
                    <State kind={kind}>{word}</State>
                  </span>
                </span>
                <span className="flex flex-wrap gap-x-3 text-12 text-ink-3">
                  {host.instanceId ? <code>{host.instanceId}</code> : null}
                  {host.address ? <code>{host.address}</code> : null}
                  {host.lastSeenAt ? (
                    <span>
                      seen <Time at={host.lastSeenAt} />
                    </span>
                  ) : null}
                </span>
              </li>
            )
          })}
        </Rows>
      )}
    </Panel>
  )
}
