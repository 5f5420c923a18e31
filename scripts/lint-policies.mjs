// Checks the IAM policies that Slipway asks for. By parliament and cloudsplaining: actions that do not exist,
// resources and conditions that do not fit, ways to more rights or out with data; what they find is cured, or said
// to be meant in policies/explained.mjs. By AWS's schemas of resource types: the role that CloudFormation acts with
// may do nothing that no resource of our templates asks for, and all that reading them asks for.
// Usage: node scripts/lint-policies.mjs
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { cfn } from '../packages/cloud/src/permissions/cfn.ts'
import { installCfnLint, installPython } from './install-python.mjs'
import { collectPolicies, types } from './policies/collect.ts'
import { explained } from './policies/explained.mjs'
import { readHandlers } from './policies/handlers.mjs'
import { project } from './prepare.mjs'

/**
 * Of a function that is encrypted with a key of one's own, which ours are not; and of a service that AWS publishes nowhere,
 * which the schema of groups of instances asks for.
 */
const notForUs = ['kms:Decrypt', 'managed-fleets:Get*']

// parliament still asks for pkg_resources, which newer setuptools do not have.
const bin = installPython('policies-1', ['parliament==1.6.4', 'cloudsplaining==0.9.1', 'setuptools==80.9.0'])
const { policies, trusts } = collectPolicies()

const judged = spawnSync(join(bin, 'python'), ['-W', 'ignore', join(project, 'scripts/policies/judge.py')], {
  input: JSON.stringify({ policies, trusts }),
  stdio: ['pipe', 'pipe', 'inherit'],
  encoding: 'utf8',
})
if (judged.status !== 0) process.exit(judged.status ?? 1)
/** @type {[tool: string, policy: string, issue: string, detail: string][]} */
const findings = JSON.parse(judged.stdout)
const problems = [...unexplained(), ...explainedForNothing(), ...notAsAwsAsks()]
for (const problem of problems) console.error(problem)
if (problems.length === 0) {
  const found = `${findings.length} findings, each explained`
  console.log(`${Object.keys(policies).length} policies, ${Object.keys(trusts).length} trusts: ${found}`)
}
process.exit(problems.length === 0 ? 0 : 1)

function unexplained() {
  return findings
    .filter(([tool, policy, issue, detail]) => {
      const said = explained.filter(
        (one) => one.tool === tool && one.policy === policy && one.issue === issue,
      )
      return !said.some(({ details = [], among = [] }) => [...details, ...among].includes(detail))
    })
    .map((finding) => `not explained: ${finding.join(' ')}`)
}

function explainedForNothing() {
  return explained.flatMap(({ tool, policy, issue, details = [], among = [] }) => {
    const isFound = (/** @type {string} */ detail) =>
      findings.some((finding) => finding.join(' ') === [tool, policy, issue, detail].join(' '))
    const idle = details.filter((detail) => !isFound(detail))
    if (among.length > 0 && !among.some(isFound)) idle.push('anything')
    return idle.map((detail) => `explained and not found: ${tool} ${policy} ${issue} ${detail}`)
  })
}

function notAsAwsAsks() {
  const handlers = [...readHandlers(installCfnLint(), types).values()]
  const asked = new Set(
    handlers.flatMap(({ create, read, update, delete: gone }) => [create, read, update, gone].flat()),
  )
  const granted = new Set(
    Object.values(cfn)
      .flat()
      .flatMap(({ actions }) => actions),
  )
  // A schema may ask for a family of actions, such as autoscaling:Describe*; we grant those of it that our resources have.
  const isOf = (/** @type {string} */ action, /** @type {string} */ family) =>
    family.endsWith('*') ? action.startsWith(family.slice(0, -1)) : action === family
  return [
    ...[...granted]
      .filter((action) => ![...asked].some((family) => isOf(action, family)))
      .map((action) => `cfn needs no ${action}, says AWS`),
    ...[...new Set(handlers.flatMap(({ read }) => read))]
      .filter((family) => !notForUs.includes(family) && ![...granted].some((action) => isOf(action, family)))
      .map((action) => `cfn may not ${action}, which AWS says that reading its resources needs`),
  ]
}
