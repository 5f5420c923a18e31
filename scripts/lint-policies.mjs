// Checks the IAM policies that Slipway asks for with parliament: actions that do not exist, resources and
// conditions that do not fit their actions, ways to more rights. Usage: node scripts/lint-policies.mjs
// parliament is installed once, into .local of this project.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '1.6.4'
const project = fileURLToPath(new URL('..', import.meta.url))
const venv = join(project, '.local', `parliament-${version}`)
const python = join(venv, 'bin', 'python')

// What it finds and we mean: creating, and changing what carries our tag, is not bound to a resource; and who
// makes a bucket also sets its policy.
const meant = ['RESOURCE_STAR', 'RESOURCE_POLICY_PRIVILEGE_ESCALATION']

if (!existsSync(join(venv, 'installed'))) {
  console.log(`installing parliament ${version}`)
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
  // It still asks for pkg_resources, which newer setuptools do not have.
  execFileSync(
    join(venv, 'bin', 'pip'),
    ['install', '--quiet', `parliament==${version}`, 'setuptools==80.9.0'],
    {
      stdio: 'inherit',
    },
  )
  execFileSync('touch', [join(venv, 'installed')])
}

const { boundaryGrants, cfn, cfnNever, control, controlNever, hostGrants, purposes, runner } = await import(
  '../packages/cloud/src/permissions.ts'
)
const { policyFor } = await import('../packages/cloud/src/policy.ts')
const names = { account: '222222222222', connection: 'con_example', region: '*' }
const bucket = 'arn:aws:s3:::slipway-222222222222-eu-central-1-example'
const parameters = 'arn:aws:ssm:eu-central-1:222222222222:parameter/slipway/env_example/*'
const policies = {
  control: policyFor(
    names,
    purposes.flatMap((purpose) => control[purpose]),
    controlNever,
  ),
  'cfn, network': policyFor(names, cfn.network),
  'cfn, compute': policyFor(names, cfn.compute, cfnNever),
  boundary: policyFor(names, boundaryGrants),
  runner: policyFor(names, runner),
  host: policyFor(names, hostGrants(bucket, 'environments/env_example/', parameters)),
}

const program = `
import json, sys, parliament
policies, meant = json.load(sys.stdin)
bad = [(name, f.issue, f.detail, f.location) for name, policy in policies.items()
       for f in parliament.analyze_policy_string(json.dumps(policy)).findings if f.issue not in meant]
for finding in bad: print(*finding)
sys.exit(1 if bad else 0)`
const { status } = spawnSync(python, ['-W', 'ignore', '-c', program], {
  input: JSON.stringify([policies, meant]),
  stdio: ['pipe', 'inherit', 'inherit'],
})
if (status === 0) console.log(`${Object.keys(policies).length} policies pass parliament ${version}`)
process.exit(status ?? 1)
