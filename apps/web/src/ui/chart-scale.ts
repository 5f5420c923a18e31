/** The end of an axis that begins at zero: the next round number (1, 2, 2.5 or 5 of a power of ten) that holds it. */
export function axisEnd(highest: number, least: number): number {
  const wanted = Math.max(highest, least)
  const power = 10 ** Math.floor(Math.log10(wanted))
  const round = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= wanted * (1 - 1e-9)) ?? 10
  return round * power
}

/**
 * Where the names of lines stand, in pixels from the top, in the order of `values`: beside the end of each line,
 * but never closer together than they are high, and never below the axis.
 */
export function labelPlaces(
  values: number[],
  plot: { heightPixels: number; axisEnd: number; labelPixels: number },
): number[] {
  const { heightPixels, labelPixels } = plot
  const wanted = values
    .map((value, index) => ({ index, top: heightPixels * (1 - Math.min(1, value / plot.axisEnd)) }))
    .sort((a, b) => a.top - b.top || b.index - a.index)
  const places = new Array<number>(values.length).fill(0)
  let free = Number.NEGATIVE_INFINITY
  for (const [place, { index, top }] of wanted.entries()) {
    const lowest = heightPixels - (wanted.length - 1 - place) * labelPixels
    const at = Math.max(free, Math.min(top, lowest))
    places[index] = at
    free = at + labelPixels
  }
  return places
}

/** Points without a neighbour on either side: a line drawn through gaps would not show them. */
export function lonePoints(values: Array<number | null>): Set<number> {
  const isGap = (index: number) => (values[index] ?? null) === null
  return new Set(
    values.flatMap((_, index) => (!isGap(index) && isGap(index - 1) && isGap(index + 1) ? [index] : [])),
  )
}
