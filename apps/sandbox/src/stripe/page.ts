import { total } from './render-invoice.ts'
import type { Invoice, State } from './state.ts'

/** A plain page for people: all invoices, or one with its lines. Undefined when there is no such invoice. */
export function invoicePage(state: State, path: string): string | undefined {
  if (path === '/' || path === '/invoices') return page('Invoices', list(state))
  const invoice = state.invoices.find((candidate) => path === `/invoices/${candidate.id}`)
  return invoice && page(`Invoice ${invoice.number ?? invoice.id}`, one(state, invoice))
}

function list(state: State): string {
  if (state.invoices.length === 0)
    return '<p>No invoice yet. One is made when a month of an organisation closes.</p>'
  const rows = state.invoices
    .toReversed()
    .map((invoice) =>
      row([
        `<a href="/invoices/${invoice.id}">${escapeHtml(invoice.number ?? invoice.id)}</a>`,
        escapeHtml(customerName(state, invoice)),
        escapeHtml(invoice.description ?? ''),
        invoice.status,
        dollars(total(invoice)),
        day(invoice.created),
      ]),
    )
  return table(['Invoice', 'Customer', 'For', 'State', 'Total', 'Made'], rows)
}

function one(state: State, invoice: Invoice): string {
  const lines = invoice.lines.map((line) =>
    row([
      escapeHtml(line.description ?? ''),
      `${day(line.period.start)} to ${day(line.period.end)}`,
      dollars(line.amount),
    ]),
  )
  const fields = (invoice.customFields ?? []).map((field) =>
    row([escapeHtml(field.name), escapeHtml(field.value)]),
  )
  return [
    `<p>${escapeHtml(customerName(state, invoice))} · <strong>${invoice.status}</strong> · ${day(invoice.created)}</p>`,
    `<p>${escapeHtml(invoice.description ?? '')}</p>`,
    table(
      ['Line', 'Period', 'Amount'],
      [...lines, row(['<strong>Total</strong>', '', dollars(total(invoice))])],
    ),
    fields.length === 0 ? '' : table(['Field', 'Value'], fields),
    `<p>${escapeHtml(invoice.footer ?? '')}</p>`,
    '<p><a href="/invoices">All invoices</a></p>',
  ].join('\n')
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · Stripe in the sandbox</title>
<style>body{font:14px/20px system-ui,sans-serif;margin:32px auto;max-width:960px;padding:0 16px;color-scheme:light dark}
table{border-collapse:collapse;width:100%;margin:16px 0}th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #8884}
td:last-child,th:last-child{text-align:right;padding-right:0;font-variant-numeric:tabular-nums}</style></head>
<body><h1>${escapeHtml(title)}</h1>
<p>The sandbox's double of Stripe. No money moves here.</p>
${body}
</body></html>
`
}

function customerName(state: State, invoice: Invoice): string {
  const customer = state.customers.find((candidate) => candidate.id === invoice.customer)
  return customer?.name ?? invoice.customer
}

function table(head: string[], rows: string[]): string {
  const cells = head.map((name) => `<th scope="col">${name}</th>`).join('')
  return `<table><thead><tr>${cells}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function row(cells: string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
