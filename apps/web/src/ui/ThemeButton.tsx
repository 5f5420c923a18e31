'use client'
import { Moon, Sun } from 'lucide-react'
import { type Theme, themeCookie } from './theme.ts'

/**
 * Switches between light and dark and keeps the choice for a year. The page's server reads the cookie, so the
 * first paint is already right. Both icons are drawn and CSS shows the fitting one, since the system's
 * preference is known to the browser alone.
 */
export function ThemeButton() {
  const toggle = () => {
    const root = document.documentElement
    const next: Theme = isDark() ? 'light' : 'dark'
    root.dataset.theme = next
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser yet
    document.cookie = `${themeCookie}=${next}; path=/; max-age=31536000; samesite=lax`
  }
  return (
    <button
      type="button"
      onClick={toggle}
      aria-label="Switch between light and dark"
      className="inline-flex size-8 flex-none items-center justify-center rounded-6 text-ink-2 hover:bg-hover hover:text-ink"
    >
      <Sun aria-hidden="true" className="theme-light size-4" />
      <Moon aria-hidden="true" className="theme-dark size-4" />
    </button>
  )
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}
