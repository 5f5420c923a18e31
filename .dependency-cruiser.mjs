// Floors, ground first. A package imports from lower floors only, never from its own floor, never in a circle.
const floors = [
  ['core'],
  ['manifest', 'protocol'],
  ['db'],
  ['jobs'],
  ['organisations'],
  ['billing', 'sources', 'hosts'],
  ['cloud'],
  ['environments'],
  ['pipeline'],
]

const upwards = floors.flatMap((floor, level) =>
  floor.map((name) => {
    const notBelow = floors
      .slice(level)
      .flat()
      .filter((other) => other !== name)
    return {
      name: `floor-of-${name}`,
      severity: 'error',
      comment: `${name} stands on the floors below it alone; news goes up as a row in the outbox.`,
      from: { path: `^packages/${name}/` },
      to: { path: [`^packages/(${notBelow.join('|') || 'none'})/`, '^apps/'] },
    }
  }),
)

const only = (module, owner) => ({
  name: `only-${owner.split('/').pop()}-imports-${module}`,
  severity: 'error',
  comment: `${module} is imported in ${owner} alone.`,
  from: { path: '^(apps|packages|infra)/', pathNot: [`^${owner}/`, '^apps/sandbox/', '\\.test\\.ts$'] },
  to: { path: `node_modules/${module}/` },
})

export default {
  forbidden: [
    ...upwards,
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'decisions-are-pure',
      severity: 'error',
      comment: 'decide/ takes values and gives values: no clock, randomness, environment, network, database.',
      from: { path: '/src/decide/', pathNot: '\\.test\\.ts$' },
      to: {
        path: [
          '^(node:)?(fs|net|http|https|child_process|os|process|dgram|tls|worker_threads|timers)',
          'packages/(db|jobs)/',
          'node_modules/(pg|ioredis|bullmq|stripe|@aws-sdk)',
        ],
      },
    },
    only('bullmq', 'packages/jobs'),
    only('stripe', 'packages/billing'),
    only('@aws-sdk/client-sts', 'packages/cloud'),
    {
      name: 'the-product-does-not-know-the-sandbox',
      severity: 'error',
      from: { path: '^(apps/(api|worker|web|agent)|packages|infra)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^apps/sandbox/' },
    },
    {
      name: 'pages-know-the-type-of-the-router-alone',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: {
        path: ['^packages/', '^apps/(api|worker|agent|sandbox)/'],
        pathNot: '^apps/api/src/router\\.ts$',
      },
    },
    {
      name: 'the-design-system-knows-nothing-of-the-api',
      severity: 'error',
      from: { path: '^apps/web/src/ui/' },
      to: { path: ['^apps/web/src/(?!ui/)', '^apps/api/'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'generated'] },
    exclude: { path: ['generated', '\\.next', '/dist/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
}
