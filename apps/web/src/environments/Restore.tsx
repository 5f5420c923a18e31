import type { Answers } from '../api/trpc.ts'
import { ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'
import { Lasting, Time } from '../ui/Time.tsx'
import { restoreLook, stepLook } from './disk-words.ts'

/** How far the last restore is, step by step, or how it ended. */
export function Restore({ restore }: { restore: Answers['disks']['list']['restores'][number] }) {
  const look = restoreLook(restore)
  const isRunning = restore.state === 'running'
  return (
    <section aria-label="Last restore" className="border-b px-4 py-2.5 text-13">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span>
          Restore of <b className="font-medium">{restore.disk}</b>,{' '}
          <span className="text-ink-3">
            {restore.by ? `${restore.by}, ` : ''}
            <Time at={restore.createdAt} />, <Lasting from={restore.createdAt} to={restore.endedAt} />
          </span>
        </span>
        <State kind={look.kind}>{look.word}</State>
      </div>
      {isRunning ? (
        <ol className="mt-2 grid gap-1">
          {restore.steps.map(({ title, is }) => (
            <li key={title} className="flex flex-wrap items-center gap-x-2 text-12">
              <State kind={stepLook[is].kind}>{stepLook[is].word}</State>
              <span className={is === 'ahead' ? 'text-ink-3' : undefined}>{title}</span>
              {is === 'now' && restore.waitsFor ? (
                <span className="text-ink-3">waits for {restore.waitsFor}</span>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {restore.error ? <ProblemNotice problem={restore.error} className="mt-2" /> : null}
    </section>
  )
}
