// A server of Deno: TypeScript as it is, without a build.
const words: string = 'Hello from Deno'
Deno.serve({ port: Number(Deno.env.get('PORT') ?? 3000) }, () => new Response(`${words}\n`))
