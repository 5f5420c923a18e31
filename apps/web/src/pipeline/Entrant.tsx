'use client'
import { Cancel } from '../executions/Cancel.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { State } from '../ui/State.tsx'
import { WaitBlock } from '../ui/WaitBlock.tsx'
import { Carried } from './Carried.tsx'
import { CheckActions } from './CheckActions.tsx'
import { CheckDetail } from './CheckList.tsx'
import type { EntrantShown, StageShown } from './pipeline-shown.ts'
import { Watched } from './Watched.tsx'

/** One that waits before a stage: for what, since when, until when, who may act, and what can be done. */
export function Entrant({
  app,
  entrant,
  holder,
  isForYou,
}: {
  app: string
  entrant: EntrantShown
  /** Who is inside meanwhile. */
  holder: StageShown['holder']
  isForYou: boolean
}) {
  const { why, waits, check, number } = entrant
  return (
    <div className="grid min-w-0 gap-2">
      {isForYou ? <State kind="for-you">Waits for you</State> : null}
      <Carried app={app} execution={entrant} />
      {check?.watched ? <Watched watched={check.watched} /> : null}
      {check ? <CheckDetail check={check} /> : <WaitBlock waits={waits} />}
      {holder && why !== 'busy' ? (
        <p className="text-12 text-ink-2">
          Then for its turn: <code>{holder.sha.slice(0, 7)}</code> is inside.
        </p>
      ) : null}
      {holder && why === 'busy' ? (
        <p className="text-12 text-ink-2">
          Inside is <code>{holder.sha.slice(0, 7)}</code>, execution {holder.number}.
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        {check ? <CheckActions app={app} number={number} check={check} isForYou={isForYou} /> : null}
        {why === 'deploy' ? <Deploy app={app} number={number} isForYou={isForYou} /> : null}
        <Cancel app={app} execution={entrant} size="small" />
      </div>
    </div>
  )
}

function Deploy({ app, number, isForYou }: { app: string; number: number; isForYou: boolean }) {
  const { slug } = useOrganisation()
  const reason = useReason('executions.deploy')
  if (reason) {
    return (
      <Button size="small" reason={reason}>
        Deploy…
      </Button>
    )
  }
  return (
    <ButtonLink size="small" href={paths.deployPush(slug, app, number)} {...(isForYou ? { look: 'go' } : {})}>
      Deploy…
    </ButtonLink>
  )
}
