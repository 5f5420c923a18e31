/**
 * The name among `names` that was most likely meant by `wrong`, or undefined when none is near: at most one
 * edit in three letters (insert, delete, replace, swap of neighbours), letter case not counted. Of equally
 * near ones the first in order.
 */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const meant = wrong.toLowerCase()
  const farthest = Math.max(1, Math.floor(meant.length / 3))
  let best: { name: string; distance: number } | undefined
  for (const name of names) {
    if (Math.abs(name.length - meant.length) > farthest) continue
    const distance = editDistance(meant, name.toLowerCase())
    if (distance <= farthest && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

/** Optimal string alignment: edits that turn one word into the other, a swap of neighbours counting once. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let least = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) least = Math.min(least, at(beforeLast, column - 2) + 1)
      current.push(least)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
