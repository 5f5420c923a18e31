const chunksFirst = 20
const chunksMax = 5000

/**
 * How many chunks a search reads next. Few at first, since a common word is found at once; then four times as
 * many, but not far past what is likely to be needed, by what the chunks that were read held.
 */
export function chunksToRead(
  read: { chunks: number; lines: number; matches: number },
  max: { lines: number; matches: number },
): number {
  if (read.chunks === 0) return chunksFirst
  const forLines = ((max.lines - read.lines) / Math.max(1, read.lines)) * read.chunks
  const forMatches =
    read.matches === 0 ? chunksMax : ((max.matches - read.matches) / read.matches) * read.chunks
  return Math.ceil(Math.max(1, Math.min(chunksMax, read.chunks * 4, forLines, forMatches)))
}
