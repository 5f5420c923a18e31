import type { AppPlan, Size } from '@slipway/manifest'

// 1,769 MB come with one whole vCPU, and in proportion: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const sizes: Record<Size, number> = {
  nano: 512,
  micro: 1024,
  small: 1769,
  medium: 3008,
  large: 5307,
  xlarge: 8845,
}

/** The memory of a function of this size, and with it its share of a CPU. An instance type is none: the plan refuses it. */
export function functionMegabytesOf(machine: AppPlan['machine']): number {
  return sizes[machine.kind === 'size' ? machine.size : 'small']
}
