import * as iam from 'aws-cdk-lib/aws-iam'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import * as logs from 'aws-cdk-lib/aws-logs'
import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import { appRolePath, functionLogGroup, functionName, functionRoleName, parameterName } from '../../names.ts'
import { functionGrants } from '../../permissions/machines.ts'
import { policyFor } from '../../policy.ts'
import { aliases, type FunctionStackConfig, partOf } from './function-stack.ts'

/** Long enough to look for what happened last week; what is older costs and is seldom read. */
const logDays = 14

// Until there is a release nobody is led here: what is asked all the same is told so.
const noReleaseYet = `exports.handler = async () => ({
  statusCode: 503,
  headers: { 'content-type': 'text/plain' },
  body: 'There is no release here yet.\\n',
})`

/**
 * A function for each service with its log group, two aliases and their addresses, and the role of them all. Nothing in
 * it costs while nobody comes. Releases are given to it from outside (publish-versions.ts), so that none needs a change of
 * the stack: a version of a function is never changed, and an alias says which one is meant.
 */
export function functionTemplate(stack: Stack, config: FunctionStackConfig): void {
  const role = makeRole(stack, config)
  for (const service of config.services) {
    const part = (name: string) => partOf(service, name)
    const group = new logs.CfnLogGroup(stack, part('Logs'), {
      logGroupName: functionLogGroup(config.environmentId, service),
      retentionInDays: logDays,
    })
    const made = new lambda.CfnFunction(stack, part('Function'), {
      functionName: functionName(config.environmentId, service),
      description: `${service} of ${config.title}`,
      role: role.attrArn,
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      code: { zipFile: noReleaseYet },
      memorySize: 128,
      timeout: 10,
      loggingConfig: { logGroup: group.ref },
    })
    for (const [word, alias] of Object.entries(aliases)) {
      const named = part(word.slice(0, 1).toUpperCase() + word.slice(1))
      const pointer = new lambda.CfnAlias(stack, named, {
        functionName: made.ref,
        name: alias,
        functionVersion: '$LATEST',
      })
      const url = new lambda.CfnUrl(stack, `${named}Url`, {
        targetFunctionArn: made.ref,
        qualifier: alias,
        authType: 'NONE',
        invokeMode: 'RESPONSE_STREAM',
      })
      url.addResourceDependency(pointer)
      openToAll(stack, named, pointer)
      new CfnOutput(stack, `${named}Address`, { value: url.attrFunctionUrl })
    }
  }
}

/** Since October 2025 both are asked for: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
function openToAll(stack: Stack, named: string, alias: lambda.CfnAlias): void {
  const of = { functionName: alias.ref, principal: '*' }
  new lambda.CfnPermission(stack, `${named}OpenUrl`, {
    ...of,
    action: 'lambda:InvokeFunctionUrl',
    functionUrlAuthType: 'NONE',
  })
  new lambda.CfnPermission(stack, `${named}Open`, {
    ...of,
    action: 'lambda:InvokeFunction',
    invokedViaFunctionUrl: true,
  })
}

function makeRole(stack: Stack, { account, region, environmentId, boundaryArn }: FunctionStackConfig) {
  const parameters = `arn:aws:ssm:${region}:${account}:parameter${parameterName(environmentId, '*')}`
  const groups = `arn:aws:logs:${region}:${account}:log-group:${functionLogGroup(environmentId, '*')}`
  return new iam.CfnRole(stack, 'FunctionRole', {
    roleName: functionRoleName(environmentId),
    path: appRolePath,
    permissionsBoundary: boundaryArn,
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    policies: [
      {
        policyName: 'function',
        policyDocument: policyFor({ account, connection: '', region }, functionGrants(parameters, groups)),
      },
    ],
  })
}
