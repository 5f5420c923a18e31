import { runnerSteps, type Step } from '@slipway/cloud'
import type { PlannedCheck } from '@slipway/manifest'
import { type CheckProblem, defineGate, type GateContext, type InStage } from '../gate.ts'
import { type CommandAsked, commandAsked } from './asked.ts'
import { commandStep } from './command-step.ts'

/** A runner that is made for the first time, or started again, with room for what lies ahead of it in its queue. */
const runnerSeconds = 1200
/** A command in a list is known by its beginning. */
const wordsLengthMax = 80

/** A command on a runner, which passes when it ends with 0. */
export const run = commandGate('run')

/** The same, as an approval by a machine. */
export const test = commandGate('test')

type Planned = Extract<PlannedCheck, { kind: 'run' | 'test' }>

function commandGate(kind: Planned['kind']) {
  return defineGate({
    kind,
    ask: commandAsked,
    plan: ({ command, timeoutSeconds, retries, regions, artifacts, outputs, cache }) =>
      (regions ?? [null]).map((region) => {
        const asked = { command, timeoutSeconds, retries, region, artifacts, outputs, cache }
        return {
          words: words(asked),
          mayAct: 'Admins and owners, who may pass it over with a reason',
          isStep: true,
          limitSeconds: limitSeconds(asked),
          ask: asked,
        }
      }),
    problems: regionProblems,
    steps: (asked) =>
      // A minute more than what the engine waits, which says why in its own words.
      [...runnerSteps, commandStep(asked, limitSeconds(asked) + 60)].map((step) =>
        inRegion(step, asked.region),
      ),
  })
}

function words({ command, region }: Pick<CommandAsked, 'command' | 'region'>): string {
  const short = shortCommand(command)
  return region === null ? short : `${short} in ${region}`
}

/** A command by its beginning. */
export function shortCommand(command: string): string {
  const line = command.split('\n')[0] ?? ''
  const isWhole = line === command && line.length <= wordsLengthMax
  return isWhole ? line : `${line.slice(0, wordsLengthMax).trimEnd()}…`
}

/** Of a command with its tries and what comes before it. */
export function limitSeconds({
  timeoutSeconds,
  retries,
}: Pick<CommandAsked, 'timeoutSeconds' | 'retries'>): number {
  return timeoutSeconds * (retries + 1) + runnerSeconds
}

/** The runner is that of the environment in the region, in its account. */
function inRegion(step: Step<GateContext>, region: string | null): Step<GateContext> {
  if (region === null) return step
  return { ...step, run: (context) => step.run(placedIn(context, region)) }
}

function placedIn(context: GateContext, region: string): GateContext {
  const environment = context.environments.find((each) => each.region === region)
  if (environment === undefined) throw new Error(`${context.stage} has no environment in ${region}`)
  const { cloudAccountId } = environment
  return { ...context, environments: [environment], cloudAccountId, region }
}

function regionProblems({ regions, line }: Planned, inStage: InStage): CheckProblem[] {
  return (regions ?? [])
    .filter((region) => !inStage.regions.includes(region))
    .map((region) => ({
      code: 'manifest-step-region',
      line,
      what: `This step is to run in ${region}, where nothing is deployed here.`,
      why: `A step runs beside a target of its stage or wave. These are in: ${inStage.regions.join(', ')}.`,
      todo: 'Name one of these regions, or leave `regions` out.',
      value: region,
    }))
}
