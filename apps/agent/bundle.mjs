import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Makes `dist/agent.mjs`: the agent, the gate and all they need in one file that Node 24 runs as it is.
 * Answers its path. Safe to repeat; takes about a second.
 */
export async function bundleAgent() {
  const at = (path) => fileURLToPath(new URL(path, import.meta.url))
  const outfile = at('./dist/agent.mjs')
  await build({
    entryPoints: [at('./src/main.ts')],
    outfile,
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
  return outfile
}

/** What each host runs first; it lies beside the agent in the bucket. */
export const bootstrapFile = fileURLToPath(new URL('./bootstrap.sh', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleAgent())
