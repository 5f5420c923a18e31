import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { CfnOutput, type Stack } from 'aws-cdk-lib/core'
import { edgeCode } from '../../edge/edge-code.ts'
import type { SiteStackConfig } from './site-stack.ts'

/**
 * A distribution in front of the files, its certificate, and the function that finds a visitor's file in what is live.
 * Nothing in it costs while nobody comes. It is made once and does not change from release to release.
 */
export function siteTemplate(stack: Stack, config: SiteStackConfig): void {
  const [host = ''] = config.hosts
  const certificate = new acm.CfnCertificate(stack, 'Certificate', {
    domainName: host,
    subjectAlternativeNames: config.hosts.slice(1),
    validationMethod: 'DNS',
    tags: [{ key: 'Name', value: `slipway ${config.title}` }],
  })
  const store = new cloudfront.CfnKeyValueStore(stack, 'Store', {
    name: config.name,
    comment: `What is live of ${config.title}`,
  })
  const request = new cloudfront.CfnFunction(stack, 'RequestFunction', {
    name: config.name,
    autoPublish: true,
    functionCode: edgeCode('viewer-request'),
    functionConfig: {
      comment: `Finds the files of ${config.title}`,
      runtime: 'cloudfront-js-2.0',
      keyValueStoreAssociations: [{ keyValueStoreArn: store.attrArn }],
    },
  })
  const distribution = new cloudfront.CfnDistribution(stack, 'Distribution', {
    distributionConfig: {
      enabled: true,
      comment: `slipway ${config.title}`,
      aliases: config.hosts,
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
          id: 'files',
          domainName: `${config.bucket}.s3.${config.region}.amazonaws.com`,
          originAccessControlId: config.originAccessId,
          s3OriginConfig: { originAccessIdentity: '' },
        },
      ],
      defaultCacheBehavior: {
        targetOriginId: 'files',
        viewerProtocolPolicy: 'redirect-to-https',
        allowedMethods: ['GET', 'HEAD'],
        cachedMethods: ['GET', 'HEAD'],
        compress: true,
        cachePolicyId: config.cachePolicyId,
        functionAssociations: [
          { eventType: 'viewer-request', functionArn: request.attrFunctionArn },
          { eventType: 'viewer-response', functionArn: config.responseFunctionArn },
        ],
      },
    },
  })
  new CfnOutput(stack, 'DistributionDomain', { value: distribution.attrDomainName })
  new CfnOutput(stack, 'StoreArn', { value: store.attrArn })
  new CfnOutput(stack, 'CertificateArn', { value: certificate.ref })
}
