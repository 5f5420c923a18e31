/**
 * How likely the standard normal distribution is above `z`, to 13 digits of what it is, also far out: by its series
 * near the middle and by Laplace's continued fraction from 2 on.
 * https://www.johndcook.com/blog/normal_deviates/ has the digits, https://dlmf.nist.gov/7.9 the fraction.
 */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 2) {
    let term = z
    let sum = z
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = z
  for (let level = 100; level >= 1; level--) fraction = z + level / fraction
  return density / fraction
}
