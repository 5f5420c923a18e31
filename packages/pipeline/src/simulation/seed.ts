/**
 * The choices of one run, in order: the same seed makes the same ones on every machine. The generator is mulberry32,
 * of which the first numbers of neighbouring seeds are unlike enough for this.
 */
export class Seed {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  }

  /** A whole number from 0, less than `count`. */
  below(count: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count)
  }

  /** True in so many of a thousand cases. */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)]
  }
}
