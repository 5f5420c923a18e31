/** A request that is answered by the gate itself and whose connection then ends: it cannot be known where the next one begins. */
export type Refusal = { status: 400 | 408 | 414 | 417 | 431 | 501 | 505; why: string }

export const refused = (status: Refusal['status'], why: string): Refusal => ({ status, why })
