import Link from 'next/link'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Revision } from '../ui/Revision.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { type DeploymentListed, deployedAt, deploymentLook } from './deployment-words.ts'

const shownMax = 6

/** The deployments that the charts mark, newest first: what each flag is, how it went, and the way to it. */
export function DeploymentStrip({ app, deployments }: { app: string; deployments: DeploymentListed[] }) {
  const { slug } = useOrganisation()
  const more = deployments.length - shownMax
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1.5 border-t px-4 py-2.5 text-12">
      {deployments.length === 0 ? (
        <span className="text-ink-3">No deployment in this time.</span>
      ) : (
        <ul aria-label="Deployments in this time" className="contents">
          {deployments.slice(0, shownMax).map((each) => {
            const { kind, word } = deploymentLook(each)
            return (
              <li key={each.id} className="flex items-center gap-2 whitespace-nowrap">
                <Link
                  href={paths.execution(slug, app, each.execution)}
                  title={each.message}
                  className="flex items-center gap-2 hover:underline"
                >
                  <Revision sha={each.sha} />
                  <span>release {each.release}</span>
                </Link>
                <State kind={kind}>{word}</State>
                <span className="text-ink-3">
                  <Time at={deployedAt(each)} />
                </span>
              </li>
            )
          })}
          {more > 0 ? (
            <li>
              <Link href={paths.app(slug, app)} className="link">
                {more} more
              </Link>
            </li>
          ) : null}
        </ul>
      )}
    </div>
  )
}
