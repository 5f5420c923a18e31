import { UserError } from '@slipway/core'

/** Why a release is not deployed where it was asked for, in words. */
export function releaseIsBad(number: number): UserError {
  return new UserError({
    code: 'release-is-bad',
    kind: 'conflict',
    what: `Release ${number} is not deployed: its commit is marked bad.`,
    why: 'It was not well in an environment of this app since this execution began.',
    todo: 'Push a fix. To deploy the commit all the same, push it again and press Deploy.',
  })
}

export function overtaken(number: number): UserError {
  return new UserError({
    code: 'release-overtaken',
    kind: 'conflict',
    what: `A newer push, release ${number}, is in this environment already.`,
    why: 'The stages of the pipeline were called otherwise meanwhile, so that both were let in.',
    todo: 'Nothing. To go back to an older release, roll back to it on the environment’s page.',
  })
}

export function secretMissing(names: string[]): UserError {
  const [first = ''] = names
  const many = names.length > 1
  return new UserError({
    code: 'deployment-secret-missing',
    kind: 'failed',
    what: many
      ? `${names.join(', ')} have no value in this environment.`
      : `${first} has no value in this environment.`,
    why: 'slipway.yaml names it under `secrets`; its value lives in your own Parameter Store and was never set.',
    todo: `Set ${many ? 'them' : 'it'} under Variables and secrets; the build is deployed by itself once ${many ? 'they are' : 'it is'} there.`,
  })
}
