/** The first line of a commit's message: the rest is for whoever opens it. */
export function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}

/** The host of an address, for showing; the link keeps it whole. */
export function hostOf(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
