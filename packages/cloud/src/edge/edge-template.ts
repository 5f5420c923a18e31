import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import { edgeCode } from './edge-code.ts'
import type { EdgeStackConfig } from './edge-stack.ts'

const yearSeconds = 365 * 24 * 3600

/**
 * What stands behind CloudFront in an account shares this, and it costs nothing: of sites the right by which CloudFront
 * reads the bucket, how long it keeps what it read, and what finishes its answers; of functions what asks them.
 */
export function edgeTemplate(stack: Stack, { name }: EdgeStackConfig): void {
  const access = new cloudfront.CfnOriginAccessControl(stack, 'OriginAccess', {
    originAccessControlConfig: {
      name,
      description: 'Sites of Slipway',
      originAccessControlOriginType: 's3',
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    },
  })
  // A release's files never change where they lie, so that the edge keeps them whatever browsers are told.
  const policy = new cloudfront.CfnCachePolicy(stack, 'CachePolicy', {
    cachePolicyConfig: {
      name,
      comment: 'Sites of Slipway: each release has addresses of its own',
      minTtl: yearSeconds,
      defaultTtl: yearSeconds,
      maxTtl: yearSeconds,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: 'none' },
        headersConfig: { headerBehavior: 'none' },
        queryStringsConfig: { queryStringBehavior: 'none' },
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      },
    },
  })
  const response = new cloudfront.CfnFunction(stack, 'ResponseFunction', {
    name: `${name}-response`,
    autoPublish: true,
    functionCode: edgeCode('viewer-response'),
    functionConfig: { comment: 'Finishes the answers of sites of Slipway', runtime: 'cloudfront-js-2.0' },
  })
  const front = new cloudfront.CfnFunction(stack, 'FrontFunction', {
    name: `${name}-front`,
    autoPublish: true,
    functionCode: edgeCode('front-request'),
    functionConfig: { comment: 'Asks the functions of Slipway', runtime: 'cloudfront-js-2.0' },
  })
  new CfnOutput(stack, 'OriginAccessId', { value: access.attrId })
  new CfnOutput(stack, 'CachePolicyId', { value: policy.attrId })
  new CfnOutput(stack, 'ResponseFunctionArn', { value: response.attrFunctionArn })
  new CfnOutput(stack, 'FrontFunctionArn', { value: front.attrFunctionArn })
}
