/** The value of the cookie of this name, as it was sent. */
export function cookieIn(headers: Headers | undefined, name: string): string | undefined {
  const cookies = headers?.get('cookie')?.split(/;\s*/) ?? []
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
}
