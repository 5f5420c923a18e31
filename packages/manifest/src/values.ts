import { z } from 'zod'

/**
 * Why a value is refused, as the end of a sentence that begins with it, and the right one that is nearest.
 * `isHidden`: the value may hold a secret and is not repeated.
 */
export type Refusal = { reason: string; nearest?: string | undefined; isHidden?: boolean }

/** What zod calls an issue of no check of its own; a problem gets its code in read-manifest.ts. */
const ownCheck = 'custom'

/** Raises the refusal of a value as an issue of its field, from inside of a transform or a check. */
export function refuse(context: z.RefinementCtx, refusal: Refusal, path: (string | number)[] = []): void {
  const { reason, ...params } = refusal
  context.addIssue({ code: ownCheck, message: reason, path, params })
}

/** A shell command. */
export const command = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(3500, 'is longer than 3,500 characters')
  .refine((text) => !text.includes('\0'), 'holds a NUL character')

/** A name that a person gives to a part of an app. */
export const name = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/,
    'is not a name: 1 to 20 of a-z, 0-9 and -, starting with a letter, not ending with -',
  )

/** The name of a variable or a secret. */
export const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    'is not a name of a variable: letters, digits and _, not starting with a digit',
  )
  .refine((text) => text !== 'PORT', 'is given by the host: each service finds in PORT where to listen')

/** A path inside the repository; `cleanFolder` brings it into the form of a tree's paths. */
export const folder = z
  .string()
  .max(256, 'is longer than 256 characters')
  .refine(
    isInside,
    'is not a folder inside the repository: letters, digits, @ . _ - and /, no / in front, no ..',
  )

/** Files and folders inside the repository: a path, or a pattern with *, ?, **, [] and {}. */
export const files = z
  .string()
  .max(256, 'is longer than 256 characters')
  .refine(
    areInside,
    'names no files inside the repository: letters, digits, @ . _ - and /, with * ? [ ] { , } for a pattern, no / in front, no ..',
  )
  .refine((path) => cleanFolder(path) !== '', 'is the whole repository')

/** An AWS region. Whether it exists and is enabled in the account is found out when the account is asked. */
export const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not a region such as eu-west-1')

/** Regions of one list: at least one, each once, at most as many as a stage may have targets. */
export const regions = z
  .array(region)
  .min(1, 'names no region')
  .max(50, 'has more than 50 regions')
  .superRefine((named, context) => {
    for (const [index, one] of named.entries()) {
      if (named.indexOf(one) < index) refuse(context, { reason: 'stands here a second time' }, [index])
    }
  })

/** An address that is asked or told. It holds no password, since everyone who reads the repository reads it. */
export const url = z
  .string()
  .max(2048, 'is longer than 2,048 characters')
  .refine(isWebAddress, 'is not an address such as https://shop.example.com/healthz')
  .superRefine((text, context) => {
    if (hasNoPassword(text)) return
    refuse(context, { reason: 'holds a name or a password, which belongs into a secret', isHidden: true })
  })

/** A duration such as 30s, 10m, 2h or 2d, as seconds, from the shortest to the longest that makes sense for the field. */
export function duration(shortest: string, longest: string) {
  return z
    .string()
    .regex(/^[1-9][0-9]{0,6}\s?[smhd]$/, {
      error: 'is not a duration such as 30s, 10m, 2h or 2d',
      abort: true,
    })
    .refine((text) => seconds(text) >= seconds(shortest), `is shorter than ${shortest}`)
    .refine((text) => seconds(text) <= seconds(longest), `is longer than ${longest}`)
    .transform(seconds)
}

const secondsOf: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a duration that the schema has let through. */
export function seconds(text: string): number {
  return Number.parseInt(text, 10) * (secondsOf[text.slice(-1)] ?? 1)
}

/** A folder in the form of a tree's path: '' for the root, no `./` in front, no `/` behind. */
export function cleanFolder(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function isInside(path: string): boolean {
  return /^[\w@.-][\w@./-]*$/.test(path) && !path.includes('..')
}

function areInside(path: string): boolean {
  return /^[\w@.*?[{-][\w@./*?[\]{},-]*$/.test(path) && !path.includes('..')
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text)
}

function hasNoPassword(text: string): boolean {
  if (!URL.canParse(text)) return true
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
