/** The cookie that keeps a person's own choice; without it the system's preference holds. */
export const themeCookie = 'slipway-theme'
export type Theme = 'light' | 'dark'

/** The chosen theme of a cookie's value, or null where the system decides. */
export function themeOf(value: string | undefined): Theme | null {
  return value === 'light' || value === 'dark' ? value : null
}
