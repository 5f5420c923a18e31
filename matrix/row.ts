/** One fault or combination. `run` answers what was seen, and throws when it is not as it should be. */
export type Row = { name: string; run(): Promise<string> }
export type Matrix = { rows: Row[]; close(): Promise<void> }
