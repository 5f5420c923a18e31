import type { CaughtMail } from '../parts/mail-catcher.ts'
import { html, page } from './page.ts'

/** All mails that were caught, newest first. */
export function mailsPage(mails: CaughtMail[]): string {
  if (!mails.length) {
    return page('Mails', html`<p>No mail yet. Whatever Slipway sends lands here, and goes nowhere else.</p>`)
  }
  const rows = mails.map(
    (
      mail,
    ) => html`<tr><td><a href="/sandbox/mails/${mail.id}">${mail.subject}</a></td><td>${mail.to.join(', ')}</td>
      <td><time datetime="${mail.at}">${mail.at.slice(0, 19).replace('T', ' ')}</time></td></tr>`,
  )
  return page(
    'Mails',
    html`<table><thead><tr><th>Subject</th><th>To</th><th>When (UTC)</th></tr></thead><tbody>${rows}</tbody></table>`,
  )
}

/** One mail, its links to be clicked; its HTML is shown without scripts. */
export function mailPage(mail: CaughtMail): string {
  const links = [...new Set(mail.text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [])]
  return page(
    mail.subject,
    html`<p>From ${mail.from} to ${mail.to.join(', ')}, <time datetime="${mail.at}">${mail.at}</time></p>
      <ul>${links.map((link) => html`<li><a href="${link}">${link}</a></li>`)}</ul>
      <pre>${mail.text}</pre>
      ${mail.html ? html`<h2>As HTML</h2><iframe sandbox="" title="the mail as HTML" srcdoc="${mail.html}"></iframe>` : undefined}`,
  )
}
