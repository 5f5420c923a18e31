import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Mark } from '../ui/Mark.tsx'
import { SkipLink } from '../ui/Shell.tsx'
import { ThemeButton } from '../ui/ThemeButton.tsx'
import { Slope } from './Slope.tsx'

/** The public page: what it is, how it goes, what it costs. It claims no figure that nobody measured. */
export function Welcome() {
  return (
    <>
      <SkipLink />
      <header className="mx-auto flex h-16 max-w-[1240px] items-center gap-3 px-page md:gap-6">
        <span className="flex items-center gap-2 text-accent-ink">
          <Mark />
          <b className="text-16 tracking-[-0.02em] text-ink">Slipway</b>
        </span>
        <nav aria-label="On this page" className="hidden gap-5 text-14 text-ink-2 md:flex">
          <a href="#how" className="hover:text-ink">
            How it goes
          </a>
          <a href="#price" className="hover:text-ink">
            Price
          </a>
        </nav>
        <div className="ml-auto flex items-center gap-2">
          <ThemeButton />
          <ButtonLink href={paths.signIn()} look="plain">
            Sign in
          </ButtonLink>
          <ButtonLink href={paths.signUp()} look="go">
            Start
          </ButtonLink>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1240px] px-page pt-7 outline-none md:pt-14">
        <section className="grid items-center gap-8 pb-10 lg:grid-cols-[minmax(0,6fr)_minmax(0,7fr)] lg:gap-14 lg:pb-18">
          <div>
            <h1 className="text-[40px] leading-[42px] font-semibold tracking-[-0.045em] text-balance md:text-56 md:leading-[58px]">
              Push. It runs in your own AWS account.
            </h1>
            <p className="mt-4 mb-6 max-w-[52ch] text-16 text-ink-2 md:mt-5 md:mb-7 md:text-[18px] md:leading-7">
              Builds, deployments, rollbacks and one URL, from a git push and no YAML. Everything is plain
              CloudFormation in an account that stays yours, with us or without.
            </p>
            <div className="flex flex-wrap items-center gap-4">
              <ButtonLink href={paths.signUp()} look="go" size="large">
                Start, no card
              </ButtonLink>
              <span className="text-13 text-ink-3">You need an AWS account and a git repository.</span>
            </div>
          </div>
          <Way />
        </section>
        <Slope />
        <section
          id="how"
          className="grid gap-8 border-t border-line-2 py-10 md:grid-cols-3 md:gap-10 md:py-16"
          aria-label="How it goes"
        >
          <Point title="It refuses strangers">
            <p>
              One CloudFormation stack connects your account. Before it counts as connected, Slipway proves
              that the role answers, and that it refuses without the ExternalId and with a wrong one.
            </p>
            <Proofs
              proofs={[
                'Assumed with the ExternalId',
                'Refused without it',
                'Refused with a wrong one',
                'Secrets denied outright',
              ]}
            />
          </Point>
          <Point title="It goes back by itself">
            <p>
              A push that does not come up healthy is undone, and the page says why in the app's own last
              words. Any earlier release is back by one button, without a build.
            </p>
            <Proofs
              proofs={[
                'The old one answers until the new one does',
                'A bad revision is marked',
                'Every release is kept',
              ]}
            />
          </Point>
          <Point title="Nothing hidden">
            <p>
              Each action that the role may take is listed with its reason. Hosts start, restart and go back
              from a file in your own bucket: our outage is not yours.
            </p>
            <Proofs
              proofs={[
                'The list is the policy',
                'A boundary that roles cannot leave',
                'Disconnect, and the apps run on',
              ]}
            />
          </Point>
        </section>
        <section id="price" aria-labelledby="price-title" className="pb-16">
          <div className="mb-6 grid items-end gap-3 md:grid-cols-[1fr_1.2fr] md:gap-10">
            <h2 id="price-title" className="text-28 font-semibold md:text-36">
              One price to think of
            </h2>
            <p className="text-16 text-ink-2">
              By the awake hour or by the seat, every feature in both. Never a cut of your AWS bill, never by
              instance type. Change at any minute, both ways.
            </p>
          </div>
          <div className="grid divide-y divide-line rounded-6 border border-line-2 bg-surface md:grid-cols-2 md:divide-x md:divide-y-0">
            <Plan name="Usage" price="$0.006" unit="per awake hour of a service">
              The first 750 hours of a month are free: one service, day and night. A service is awake in a
              minute if a host ran it, and a minute nobody saw is free.
            </Plan>
            <Plan name="Seats" price="$12" unit="a person and month">
              $9 from the 11th, $6 from the 51st, never above $599 in all. Awake hours are unlimited, viewers
              are free.
            </Plan>
          </div>
          <p className="mt-3 text-13 text-ink-3">
            Static sites, builds, deployments, rollbacks and hosts cost nothing at Slipway. AWS bills you for
            what runs.
          </p>
        </section>
        <footer className="flex flex-wrap items-center gap-4 border-t py-6 text-13 text-ink-3">
          <span className="flex items-center gap-2 text-accent-ink">
            <Mark className="size-5" />
            <b className="text-ink">Slipway</b>
          </span>
          <span>Your account, your code, your way out.</span>
        </footer>
      </main>
    </>
  )
}

/** What a person types, and the places through which their push then goes. */
function Way() {
  const stops = [
    ['Build', 'on a runner in your account'],
    ['Release', 'kept in your bucket'],
    ['Host', 'fetches it with its own role'],
    ['URL', 'answers with your words'],
  ]
  return (
    <div className="overflow-hidden rounded-6 border border-line-2 bg-surface">
      <pre className="px-3.5 py-4 text-12 leading-[22px] whitespace-pre-wrap text-ink-2 md:px-5 md:pt-5 md:pb-[22px] md:text-13 md:leading-[22px]">
        <span className="text-ink-3">$ </span>git remote add slipway https://…/git/you/notes{'\n'}
        <span className="text-ink-3">$ </span>
        <b className="font-medium text-ink">git push slipway main</b>
      </pre>
      <ol className="grid grid-cols-2 border-t border-line-2 sm:grid-cols-4">
        {stops.map(([name, words], index) => (
          <li
            key={name}
            className="border-line px-3.5 pt-3 pb-3.5 max-sm:odd:border-r max-sm:nth-[n+3]:border-t sm:not-first:border-l"
          >
            <span className="font-mono text-11 text-ink-3">{index + 1}</span>
            <b className="block text-13 font-semibold">{name}</b>
            <span className="text-12 text-ink-2">{words}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Point({ title, children }: { title: string; children: ReactNode }) {
  return (
    <article className="flex flex-col gap-1.5">
      <h2 className="text-20 font-semibold">{title}</h2>
      <div className="flex flex-1 flex-col gap-3.5 text-ink-2">{children}</div>
    </article>
  )
}

function Proofs({ proofs }: { proofs: string[] }) {
  return (
    <ul className="mt-auto grid content-center gap-2 rounded-6 border bg-surface px-4 py-3.5 md:min-h-[138px]">
      {proofs.map((proof) => (
        <li key={proof} className="flex items-start gap-1.5 text-12 font-medium text-ink">
          <CircleCheck aria-hidden="true" className="mt-px size-3.5 text-accent-ink" />
          {proof}
        </li>
      ))}
    </ul>
  )
}

function Plan({
  name,
  price,
  unit,
  children,
}: {
  name: string
  price: string
  unit: string
  children: ReactNode
}) {
  return (
    <div className="p-5">
      <h3 className="text-13 font-semibold">{name}</h3>
      <p className="mt-2 mb-3 text-36 font-semibold">
        {price} <span className="text-14 font-normal tracking-normal text-ink-3">{unit}</span>
      </p>
      <p className="border-t pt-2.5 text-13 text-ink-2">{children}</p>
    </div>
  )
}
