import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './slipway.ts'

/** Set it to keep a picture of each page in docs/screens. */
const keepPictures = process.env.SCREENS !== undefined
const pictures = fileURLToPath(new URL('../docs/screens/', import.meta.url))
const widths = { wide: 1440, narrow: 390 }
/** Colours depend on the theme and places on the width, so two views see all that four would; pictures are of all four. */
const views = (['light', 'dark'] as const).flatMap((theme) =>
  (['wide', 'narrow'] as const)
    .filter((width) => keepPictures || (theme === 'light') === (width === 'wide'))
    .map((width) => ({ theme, width })),
)

/** Looks at a page in light and dark, wide and narrow: it is accessible, and does not scroll sideways. */
export async function look(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  for (const { theme, width } of views) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: widths[width], height: 900 })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    )
    expect.soft(found, `${name}, ${theme}, ${width}`).toEqual([])
    const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)
    expect.soft(overflow, `${name} scrolls sideways, ${width}`).toBeLessThanOrEqual(0)
    if (!keepPictures) continue
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: `${pictures}${name}-${theme}-${widths[width]}.png`, fullPage: true })
  }
}
