'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'next/navigation'
import { useTRPC } from '../api/trpc.ts'
import { PushHere } from '../apps/PushHere.tsx'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { CommitMatrix } from './CommitMatrix.tsx'
import { Delivery } from './Delivery.tsx'
import { goingBackWords } from './going-back-words.ts'
import { PipelineSheet } from './PipelineSheet.tsx'
import type { PipelineShown } from './pipeline-shown.ts'
import { EnvironmentCards } from './Targets.tsx'

/** App → pipeline: where every revision is, what it waits for, and who may act. */
export function Pipeline() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const app = decodeURIComponent(useParams<{ app: string }>().app)
  const pipeline = useQuery(trpc.pipeline.get.queryOptions({ organisationId, app }))
  return (
    <Loaded query={pipeline} what="the pipeline" shape={<LoadingSheet />}>
      {(shown) => <Whole pipeline={shown} />}
    </Loaded>
  )
}

function Whole({ pipeline }: { pipeline: PipelineShown }) {
  const { app, head, readFrom, leftOver } = pipeline
  return (
    <>
      <PageTitle
        title="Pipeline"
        sub={
          <>
            {app.branch}
            {readFrom ? (
              <>
                {' '}
                · from <code>slipway.yaml</code> at <code>{readFrom.sha.slice(0, 7)}</code>
              </>
            ) : null}
            {' · '}
            {app.autoDeploy ? 'each push deploys by itself' : 'each push waits for Deploy'}
          </>
        }
        actions={head === null ? null : <Delivery app={app.name} />}
      />
      {head === null ? (
        <Panel title="Push the first revision" isForYou>
          <PanelBody className="grid gap-3">
            <p className="text-13 text-ink-2">
              Its stages stand here then, as <code>slipway.yaml</code> names them under <code>pipeline</code>.
              Without that there is one, production.
            </p>
            <PushHere app={app.name} branch={app.branch} />
          </PanelBody>
        </Panel>
      ) : (
        <>
          <GoingBack pipeline={pipeline} />
          <Refused pipeline={pipeline} />
          <PipelineSheet pipeline={pipeline} />
          <CommitMatrix app={app.name} stages={pipeline.stages} />
        </>
      )}
      {leftOver.length > 0 ? (
        <Panel title="In no stage" sub="the newest manifest does not name them; they run on" className="mt-4">
          <EnvironmentCards app={app.name} environments={leftOver} />
        </Panel>
      ) : null}
    </>
  )
}

/** What goes back is said in a sentence first; the sheet then proves it. */
function GoingBack({ pipeline: { app, stages } }: { pipeline: PipelineShown }) {
  const { slug } = useOrganisation()
  return stages.map(({ name, waves, holder }) => {
    if (holder?.status !== 'going-back') return null
    const { title, progress } = goingBackWords({ name, waves })
    return (
      <Notice
        key={name}
        tone="bad"
        title={title}
        className="mb-4"
        isUrgent
        action={
          <ButtonLink size="small" href={paths.execution(slug, app.name, holder.number)}>
            Watch execution {holder.number}
          </ButtonLink>
        }
      >
        {holder.error?.what ?? 'What was healthy before is put back in all that it changed.'} {progress}
      </Notice>
    )
  })
}

/** The newest push has no stages of its own: these are those of one before. */
function Refused({ pipeline: { app, head, readFrom } }: { pipeline: PipelineShown }) {
  const { slug } = useOrganisation()
  if (head?.error === null || head?.error === undefined || head.number === readFrom?.number) return null
  return (
    <Notice
      tone="bad"
      title={head.error.what}
      className="mb-4"
      action={
        <ButtonLink size="small" href={paths.execution(slug, app.name, head.number)}>
          See execution {head.number}
        </ButtonLink>
      }
    >
      {readFrom
        ? `The stages below are those of ${readFrom.sha.slice(0, 7)}.`
        : 'So there are no stages yet.'}
    </Notice>
  )
}

function LoadingSheet() {
  return (
    <>
      <PageTitle title="Pipeline" />
      <div className="grid overflow-hidden rounded-6 border border-line-2 bg-surface md:grid-cols-3">
        <LoadingRows what="the pipeline" rows={4} />
        <div aria-hidden="true" className="hatch hidden border-line-2 md:block md:border-l" />
        <div aria-hidden="true" className="hatch hidden border-line-2 md:block md:border-l" />
      </div>
    </>
  )
}
