const lengthMax = 40

/**
 * The name in an address that a display name suggests: lower-case letters, digits and single hyphens, 2–40
 * characters. A name without such letters becomes `team`. Whether it is free is not known here.
 */
export function slugFor(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, lengthMax)
    .replace(/^-+|-+$/g, '')
  if (slug.length < 2) return `team-${slug}`.replace(/-$/, '')
  return slug
}

export function isSlug(value: string): boolean {
  return value.length >= 2 && value.length <= lengthMax && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)
}
