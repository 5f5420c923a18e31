import { formatPlace } from '@slipway/manifest'
import { branchOf, noSha, type Push, type PushOutcome, type RecordedPush } from '@slipway/sources'

/** What the terminal says of one recorded push before anything of it runs. */
export function wordsOfPush({ push, outcome }: RecordedPush, pageOf: (number: number) => string): string[] {
  const name = branchOf(push.ref) ?? push.ref.replace('refs/tags/', 'tag ')
  if (push.after === noSha) return [`${name} is gone. What runs goes on running.`]
  const head = push.head ? `${push.head.sha.slice(0, 7)} ${push.head.subject}` : push.after.slice(0, 7)
  const others = push.commits.length > 1 ? ` and ${push.commits.length - 1} more` : ''
  return [
    '',
    `Slipway has ${head}${others} on ${name}.`,
    ...wordsOfPlan(push, outcome),
    ...wordsOfOutcome(outcome, name, pageOf),
  ]
}

function wordsOfPlan({ plan }: Push, outcome: PushOutcome): string[] {
  if (plan === undefined || outcome.kind === 'stays') return []
  if (plan.ok)
    return plan.plan.services.flatMap((service) => [...service.why.map((why) => `  ${service.name}: ${why}`)])
  return plan.problems.flatMap((problem) => [
    `  ${problem.place ? `${formatPlace(problem.place)}: ` : ''}${problem.what}`,
    ...[problem.why, problem.todo].filter(Boolean).map((sentence) => `    ${sentence}`),
  ])
}

function wordsOfOutcome(outcome: PushOutcome, name: string, pageOf: (number: number) => string): string[] {
  switch (outcome.kind) {
    case 'deploys':
      return [
        `Execution ${outcome.number}: ${pageOf(outcome.number)}`,
        'Ctrl-C ends these lines, not the deployment.',
      ]
    case 'waits':
      return ['It waits for Deploy on its page.']
    case 'stays':
      return [
        `${name} deploys nothing; pushes to ${outcome.branch} do: git push slipway ${name}:${outcome.branch}`,
      ]
  }
}
