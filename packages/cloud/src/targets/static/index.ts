import { baseSteps, late } from '../../base/base-steps.ts'
import { templateVersionWithSites } from '../../connect/template.ts'
import { askEdge } from '../../edge/ask-edge.ts'
import { edgeStep } from '../../edge/ensure-edge.ts'
import { hostName, publishNames, recordsFor } from '../../publish-name.ts'
import { releaseStep } from '../copy-release.ts'
import type { Target } from '../target.ts'
import { filesSeconds, layOutFiles, reachRunner } from './lay-out-files.ts'
import { provisionSite } from './provision-site.ts'
import { removeSite } from './remove-site.ts'
import { siteOf } from './site-of.ts'
import type { StaticConfig } from './static-config.ts'
import { staticCost } from './static-cost.ts'
import { switchRelease } from './switch-release.ts'
import { writeTable } from './write-table.ts'

export type StaticStatus = {
  /** CloudFront's own name of it. */
  domain: string
  /** The build that each host name answers with now; undefined where it does not answer. */
  releases: Record<string, string | undefined>
}

/** An account that was connected by an older template can have no site. */
const needs = { version: templateVersionWithSites, code: 'cloud-account-before-sites', what: 'static sites' }

/** Files in S3 behind CloudFront: releases lie side by side, and one value says which is live. Nothing runs. */
export const staticSite: Target<StaticConfig, StaticStatus> = {
  kind: 'static',
  steps: [
    ...baseSteps,
    releaseStep((config: StaticConfig) => config),
    edgeStep(needs),
    {
      name: 'site',
      title: 'CloudFront',
      // A first distribution takes minutes, and its certificate as long as AWS needs to see the proof.
      limitSeconds: 3600,
      late: () => late('The distribution', 'aws-distribution-late'),
      run: provisionSite,
    },
    {
      name: 'publish',
      title: 'Name',
      limitSeconds: 120,
      late: () => late("The site's name", 'aws-name-late'),
      async run(context) {
        const { cloud, config } = context
        const { domain } = await siteOf(context, config.environmentId)
        const names = config.services.map(({ publicName }) => publicName)
        await publishNames(cloud, recordsFor(cloud, names, { type: 'CNAME', value: domain }))
        return { state: 'done' }
      },
    },
    {
      name: 'runner',
      title: 'Runner',
      limitSeconds: 900,
      late: () => late('The runner', 'runner-late'),
      run: reachRunner,
    },
    {
      name: 'files',
      title: 'Files',
      limitSeconds: filesSeconds + 60,
      late: () => late('The files of the site', 'aws-files-late'),
      run: layOutFiles,
    },
    {
      name: 'table',
      title: 'Table of the files',
      limitSeconds: 600,
      late: () => late('The table of the files', 'aws-table-late'),
      run: writeTable,
    },
    {
      name: 'switch',
      title: 'Switch',
      // It ends by itself before; this is for one that nobody could look at.
      limitSeconds: 24 * 3600,
      late: () => late('The switch', 'aws-switch-late'),
      run: switchRelease,
    },
  ],
  async observe(context) {
    const { cloud, config } = context
    const { domain } = await siteOf(context, config.environmentId)
    const releases = await Promise.all(
      config.services.map(async ({ publicName, healthPath = '/' }) => {
        const host = hostName(cloud, publicName)
        const answer = await askEdge({ domain, host, path: healthPath }, cloud.config.edgeEndpoint)
        return [host, 'problem' in answer ? undefined : answer.release] as const
      }),
    )
    return { domain, releases: Object.fromEntries(releases) }
  },
  remove: removeSite,
  idleCost: (config, region) => staticCost({ siteBytes: config.release.sizeBytes }, region),
}
