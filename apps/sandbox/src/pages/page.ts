/** Text that is HTML already; everything else that goes into a page is escaped. */
export type Html = { readonly html: string }

type Piece = string | number | undefined | Html | Html[]

/** Fills a template of HTML; strings are escaped, `Html` goes in as it is. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  return { html: strings.reduce((all, part, index) => all + render(pieces[index - 1]) + part) }
}

function render(piece: Piece): string {
  if (piece === undefined) return ''
  if (Array.isArray(piece)) return piece.map(({ html }) => html).join('')
  return typeof piece === 'object' ? piece.html : escapeHtml(String(piece))
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

/** A whole page of the sandbox: plain on purpose, so that nobody takes it for Slipway or for AWS. */
export function page(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · sandbox</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 4rem }
  nav { display: flex; flex-wrap: wrap; gap: 1rem; border-bottom: 1px solid #8886; padding-bottom: .5rem; margin-bottom: 1.5rem }
  nav strong { margin-right: auto }
  h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin-top: 2rem }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8883; vertical-align: top }
  pre { overflow: auto; padding: .75rem; background: #8881; border-radius: .3rem; max-height: 26rem }
  code, pre { font: 13px/1.45 ui-monospace, monospace } td code { overflow-wrap: anywhere }
  label { display: block; margin: .75rem 0 } input[type=text], input[type=number], select, textarea { font: inherit; width: 100%; max-width: 34rem; padding: .35rem; box-sizing: border-box; display: block }
  label:has(input[type=checkbox]) { display: flex; gap: .5rem; align-items: baseline }
  button { font: inherit; padding: .4rem 1rem } iframe { width: 100%; min-height: 26rem; border: 1px solid #8886; background: #fff }
  .bad { color: #c33 } .good { color: #283 } small { opacity: .75 }
</style>
<nav><strong>Sandbox</strong>
  <a href="/sandbox/mails">Mails</a><a href="/sandbox/console">AWS console</a><a href="/sandbox/clock">Clock</a><a href="/sandbox/faults">Faults</a><a href="/">Slipway</a></nav>
<main><h1>${escapeHtml(title)}</h1>
${body.html}
</main>
</html>`
}
