/** A year, as long as RFC 9111 caches are asked to: the name changes with the bytes. */
const forever = 'public, max-age=31536000, immutable'
/** Kept, and asked for each time whether it is still the same. */
const askEachTime = 'public, max-age=0, must-revalidate'

/** Eight or more letters and digits behind `-` or `.` and in front of the ending: what bundlers put there. */
const fingerprint = /[.-](?<hash>[A-Za-z0-9_-]{8,64})(?:\.[a-z0-9]{1,8}){1,2}$/

/** Folders into which their frameworks write only files with a fingerprint, or below one. */
const builtFolders = /(^|\/)(_next\/static|_astro|_app\/immutable)\//

/** What visitors' browsers are told to do with a file. Pages are never kept unasked: they name the files of a release. */
export function cachingOf(path: string): { cacheControl: string; isImmutable: boolean } {
  const isImmutable = !/\.html?$/i.test(path) && (builtFolders.test(path) || isFingerprinted(path))
  return { cacheControl: isImmutable ? forever : askEachTime, isImmutable }
}

/**
 * Whether the name says that its bytes never change. A word of eight letters is no fingerprint (`my-document.pdf`), nor
 * is a date (`photo-20240115.jpg`): it needs letters and digits, and where it is no hexadecimal, both cases.
 */
function isFingerprinted(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  // Of `index-legacy-Bx9K3dJ2.js` the last part counts; a hash of base64url may hold `-` itself.
  const found = fingerprint.exec(name)?.groups?.hash ?? ''
  return [found, ...found.split('-')].some(
    (hash) =>
      hash.length >= 8 &&
      /[0-9]/.test(hash) &&
      /[A-Za-z]/.test(hash) &&
      (/^[0-9a-f]+$/.test(hash) || (/[a-z]/.test(hash) && /[A-Z]/.test(hash))),
  )
}
