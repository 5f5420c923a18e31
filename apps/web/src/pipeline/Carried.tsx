'use client'
import Link from 'next/link'
import { kindWord } from '../executions/status.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Revision } from '../ui/Revision.tsx'
import { Time } from '../ui/Time.tsx'
import type { CarriedShown } from './pipeline-shown.ts'

/** An execution as the eye follows it through the stages: flag, sha, number, and its commit's first line. */
export function Carried({ app, execution }: { app: string; execution: CarriedShown }) {
  const { slug } = useOrganisation()
  const href = paths.execution(slug, app, execution.number)
  const { kind, message, author, startedBy, createdAt, reason } = execution
  return (
    <div className="grid min-w-0 gap-0.5">
      <span className="flex flex-wrap items-center gap-x-2">
        <Revision sha={execution.sha} title={message} href={href} />
        <Link href={href} className="font-mono text-12 text-ink-3 hover:underline">
          <span className="sr-only">Execution </span>
          <span aria-hidden="true">#</span>
          {execution.number}
        </Link>
      </span>
      <b className="line-clamp-2 text-13 leading-[18px] font-medium [overflow-wrap:anywhere]" title={message}>
        {kind === 'push' ? message : kindWord(kind)}
      </b>
      <span className="text-12 [overflow-wrap:anywhere] text-ink-3">
        {kind === 'push' ? author : startedBy.name}, <Time at={createdAt} />
        {reason ? `: “${reason}”` : ''}
      </span>
    </div>
  )
}
