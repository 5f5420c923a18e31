import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import { type FrontStackConfig, partOf } from './function-stack.ts'

// AWS's own policies, by the ids under which every account has them: nothing is kept at the edge, and all that a visitor
// sends goes on but for the name that was asked, since a function URL answers to its own alone.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

/** Between two pieces of an answer; the most that CloudFront gives without being asked for more. */
const readSeconds = 60

/** A distribution with its certificate for each function, and nothing that costs while nobody comes. */
export function frontTemplate(stack: Stack, { title, services, frontFunctionArn }: FrontStackConfig): void {
  for (const { name, host, origin } of services) {
    const part = (word: string) => partOf(name, word)
    const certificate = new acm.CfnCertificate(stack, part('Certificate'), {
      domainName: host,
      validationMethod: 'DNS',
      tags: [{ key: 'Name', value: `slipway ${title} ${name}` }],
    })
    const distribution = new cloudfront.CfnDistribution(stack, part('Distribution'), {
      distributionConfig: {
        enabled: true,
        comment: `slipway ${title} ${name}`,
        aliases: [host],
        httpVersion: 'http2and3',
        ipv6Enabled: true,
        priceClass: 'PriceClass_All',
        viewerCertificate: {
          acmCertificateArn: certificate.ref,
          sslSupportMethod: 'sni-only',
          minimumProtocolVersion: 'TLSv1.2_2021',
        },
        origins: [
          {
            id: 'function',
            domainName: origin,
            customOriginConfig: {
              originProtocolPolicy: 'https-only',
              originSslProtocols: ['TLSv1.2'],
              originReadTimeout: readSeconds,
              originKeepaliveTimeout: readSeconds,
            },
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: 'function',
          viewerProtocolPolicy: 'redirect-to-https',
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          compress: true,
          cachePolicyId: cachingDisabled,
          originRequestPolicyId: allViewerExceptHostHeader,
          functionAssociations: [{ eventType: 'viewer-request', functionArn: frontFunctionArn }],
        },
      },
    })
    new CfnOutput(stack, part('Domain'), { value: distribution.attrDomainName })
  }
}
