import { expect, test } from 'vitest'
import { cachingOf } from './caching.ts'

test.each([
  'assets/index-Bx9K3dJ2.js',
  'assets/index-legacy-Bx9K3dJ2.js',
  'main.0123abcd.css',
  'main.0123abcd.css.map',
  'static/js/2.8f3c1d2e9a.chunk.js',
  '_next/static/chunks/webpack.js',
  '_astro/hoisted.js',
])('%s never changes', (path) => {
  expect(cachingOf(path)).toEqual({ cacheControl: 'public, max-age=31536000, immutable', isImmutable: true })
})

test.each([
  'index.html',
  'page-0123abcd.html',
  'style.css',
  'my-document.pdf',
  'photo-20240115.jpg',
  'Annual-ReportFinal.pdf',
  'sw.js',
  'jquery-3.7.1.min.js',
])('%s is asked for each time', (path) => {
  expect(cachingOf(path)).toEqual({ cacheControl: 'public, max-age=0, must-revalidate', isImmutable: false })
})
