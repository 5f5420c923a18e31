/** Milliseconds of the database's clock. */
export type Moment = number

export const iso = (moment: Moment): string => new Date(moment).toISOString()
