import { join } from '../tree.ts'
import type { Detector } from './detection.ts'

const folders = ['', 'public', 'dist', '_site', 'site']

/** A folder of pages: the first that has an index.html is served as it is. */
export const staticFolder: Detector = {
  name: 'static',
  async detect(tree, root) {
    for (const folder of folders) {
      const entries = await tree.list(join(root, folder).replace(/\/$/, ''))
      if (!entries.some((entry) => entry.kind === 'file' && entry.name === 'index.html')) continue
      const shown = folder === '' ? 'the folder itself' : folder
      return {
        title: 'a site',
        runtimes: [],
        build: [],
        publish: folder === '' ? '.' : folder,
        why: [
          `${join(join(root, folder).replace(/\/$/, ''), 'index.html')} makes it a site: ${shown} is served as it is.`,
        ],
        problems: [],
      }
    }
    return undefined
  },
}
