import { UserError } from '@slipway/core'
import { generatedLengthMax, outputLengthMax } from '@slipway/protocol'
import { type Ending, quoted } from '../build/run-command.ts'

export const stepFailures = {
  commandFailed(command: string, ending: Ending): UserError {
    return new UserError({
      code: 'step-failed',
      kind: 'failed',
      what: `${quoted(command)} ended with ${ending.signal ?? `code ${ending.code}`}.`,
      ...(ending.code === 127 ? { why: 'A program that it names is not on the runner.' } : {}),
      todo: 'Read its last lines below; the whole log is above them.',
      details: ending.lastLines,
    })
  },
  tookTooLong(command: string, seconds: number): UserError {
    return new UserError({
      code: 'step-too-long',
      kind: 'failed',
      what: `${quoted(command)} was ended after ${seconds} seconds.`,
      why: 'A command that hangs must not keep the runner from others.',
      todo: 'Find in the log what it waited for. If it really needs longer, raise the step’s `timeout` in slipway.yaml.',
    })
  },
  /** `wrong` says of each name what is the matter with it. */
  outputsWrong(command: string, wrong: string[]): UserError {
    return new UserError({
      code: 'step-output-wrong',
      kind: 'failed',
      what: `${quoted(command)} ended well, but did not leave all of its outputs.`,
      why: 'Later steps would go on without them.',
      todo: `Write a line NAME=value into the file that SLIPWAY_OUTPUT names, such as echo "URL=$url" >> "$SLIPWAY_OUTPUT", with at most ${outputLengthMax.toLocaleString('en-GB')} characters.`,
      details: wrong,
    })
  },
  generatedTooLarge(command: string): UserError {
    return new UserError({
      code: 'generated-too-large',
      kind: 'failed',
      what: `${quoted(command)} generated more than ${generatedLengthMax.toLocaleString('en-GB')} characters.`,
      why: 'What generates stages without end would never come to any.',
      todo: 'Print less, or write only the stages into the file that SLIPWAY_PIPELINE names.',
    })
  },
  interrupted(command: string): UserError {
    return new UserError({
      code: 'step-interrupted',
      kind: 'failed',
      what: `The runner was started anew while ${quoted(command)} ran.`,
      why: 'How far it had come is not known, so it was not just gone on with.',
      todo: 'Push again. If it happens again, look in the AWS console why the runner is started anew.',
    })
  },
}
