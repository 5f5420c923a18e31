import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Makes `dist/agent.mjs`, `dist/gate-worker.mjs` and `dist/function-start.mjs`: the agent with all it needs, the process
 * in which requests pass, and what functions start, each in one file that Node 24 runs as it is. Answers the agent's path. Safe to repeat; takes
 * about a second.
 */
export async function bundleAgent() {
  const at = (path) => fileURLToPath(new URL(path, import.meta.url))
  const outdir = at('./dist')
  await build({
    entryPoints: {
      agent: at('./src/main.ts'),
      'gate-worker': at('./src/gate-worker.ts'),
      'function-start': at('./src/function/function-start.ts'),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    // Identifiers stay as they are, for stack traces. pino and ws ask for modules that they can do without.
    external: ['bufferutil', 'utf-8-validate', 'pino-pretty'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return `${outdir}/agent.mjs`
}

/** What each host runs first; it lies beside the agent in the bucket. */
export const bootstrapFile = fileURLToPath(new URL('./bootstrap.sh', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleAgent())
