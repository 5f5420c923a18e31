/** Where services answer: a URL with `{name}` in the place of a public name, such as `https://{name}.example.com`. */
export type AppsUrl = string

export function urlOf(appsUrl: AppsUrl, publicName: string): string {
  return appsUrl.replace('{name}', publicName)
}
