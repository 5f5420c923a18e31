export function bundleAgent(): Promise<string>
export const bootstrapFile: string
