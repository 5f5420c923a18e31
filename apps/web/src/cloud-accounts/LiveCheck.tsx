'use client'
import type { Check } from '../ui/Checklist.tsx'
import { Checklist } from '../ui/Checklist.tsx'
import { Panel } from '../ui/Panel.tsx'
import { State, type StateKind } from '../ui/State.tsx'
import { ClockTime } from '../ui/Time.tsx'
import { CheckAgain } from './CheckAgain.tsx'
import type { CloudAccountShown } from './cloud-account-shown.ts'
import { groupDigits } from './state.ts'

type Proof = CloudAccountShown['checks'][number]

/** What was proved of the connection, one after the other: the role, the refusals, the account, its quotas. */
export function LiveCheck({ account }: { account: CloudAccountShown }) {
  const checks = checksOf(account)
  const passed = checks.filter((check) => check.state === 'good').length
  const mayCheck = account.accountNumber !== null && account.state !== 'disconnected'
  return (
    <Panel
      title="Live check"
      sub={account.state === 'connected' ? 'repeated every day' : 'turns green by itself'}
      aside={
        <State
          kind={
            passed === checks.length
              ? 'good'
              : account.state === 'waiting' || account.state === 'proving'
                ? 'running'
                : 'none'
          }
        >
          {passed} of {checks.length}
        </State>
      }
    >
      <Checklist checks={checks} />
      {mayCheck ? (
        <footer className="flex items-center justify-end border-t px-4 py-2.5">
          <CheckAgain account={account} />
        </footer>
      ) : null}
    </Panel>
  )
}

function checksOf(account: CloudAccountShown): Check[] {
  const isHeard = account.accountNumber !== null
  const isProving = account.state === 'proving'
  return [
    {
      key: 'announced',
      state: isHeard ? 'good' : account.state === 'waiting' ? 'running' : 'none',
      title: 'Stack created',
      detail: account.accountNumber
        ? `in AWS account ${groupDigits(account.accountNumber)}`
        : 'The stack tells Slipway the account’s number; nothing is copied back.',
    },
    proof(account, 'admits-slipway', isProving, {
      title: 'The role lets Slipway in',
      passed: 'Assumed with the ExternalId that only Slipway chose',
      ahead: 'Assumed with the ExternalId that only Slipway chose, in the account that announced itself',
    }),
    proof(account, 'refuses-strangers', isProving, {
      title: 'Refused without the ExternalId, and with a wrong one',
      passed: 'AccessDenied both times, as it must be. Tried again every day.',
      ahead: 'Slipway tries both itself: whoever does not know the id must be refused.',
    }),
    proof(account, 'account-is-free', isProving, {
      title: 'The account is connected nowhere else',
      passed: 'An account belongs to one organisation at a time',
      ahead: 'An account belongs to one organisation at a time',
    }),
    ...account.checks
      .filter((check) => check.name.startsWith('quota-'))
      .map(
        (check): Check => ({
          key: check.name,
          state: check.outcome === 'passed' ? 'good' : check.outcome === 'failed' ? 'warning' : 'none',
          title: quotaNames[check.name] ?? check.name,
          detail: check.detail,
          aside: <ClockTime at={check.at} />,
        }),
      ),
  ]
}

const quotaNames: Record<string, string> = {
  'quota-vcpus': 'Quota: instances',
  'quota-addresses': 'Quota: public addresses',
  'quota-networks': 'Quota: networks',
}

function proof(
  account: CloudAccountShown,
  name: string,
  isProving: boolean,
  words: { title: string; passed: string; ahead: string },
): Check {
  const found = isProving ? undefined : account.checks.find((check) => check.name === name)
  return {
    key: name,
    state: kindOf(found, isProving),
    title: words.title,
    detail: found?.detail ?? (found?.outcome === 'passed' ? words.passed : words.ahead),
    aside: found && found.outcome !== 'unknown' ? <ClockTime at={found.at} /> : null,
  }
}

function kindOf(check: Proof | undefined, isProving: boolean): StateKind {
  if (check === undefined) return isProving ? 'running' : 'none'
  return check.outcome === 'passed' ? 'good' : check.outcome === 'failed' ? 'bad' : 'none'
}
