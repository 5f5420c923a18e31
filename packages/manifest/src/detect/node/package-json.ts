import { z } from 'zod'
import type { ManifestProblem } from '../../problem.ts'
import { matchLine } from '../find-file.ts'

const packageSchema = z.object({
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  engines: z.object({ node: z.string().optional(), bun: z.string().optional() }).optional(),
  packageManager: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
})
export type Package = z.infer<typeof packageSchema>

/** What a package.json says, or the problem that npm would have with it too. */
export function readPackage(text: string, file: string): { package: Package } | { problem: ManifestProblem } {
  const broken = (why: string) => ({
    problem: {
      code: 'manifest-package-json',
      what: `${file} cannot be read.`,
      why,
      todo: 'Mend it; npm would refuse it too.',
      place: { file, line: 1, column: 1 },
    },
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return broken(error instanceof Error ? error.message : 'It is not JSON.')
  }
  const result = packageSchema.safeParse(value)
  if (result.success) return { package: result.data }
  const issue = result.error.issues[0]
  return broken(`${issue?.path.join('.') || 'It'}: ${issue?.message ?? 'has another form'}`)
}

export function dependsOn(read: Package, name: string): boolean {
  return read.dependencies?.[name] !== undefined || read.devDependencies?.[name] !== undefined
}

/** `package.json:7`, where a key stands; the file alone when it is not found. */
export function placeOfKey(file: string, text: string, key: string): string {
  const escaped = key.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return matchLine(file, text, new RegExp(`"${escaped}"\\s*:`))?.at ?? file
}
