import { type Fault, faultWords } from '../faults/fault.ts'
import type { AskedFault } from '../faults/fault-door.ts'
import { type Html, html, page } from './page.ts'

/** What goes wrong between Slipway and AWS, and a form that asks for more. */
export function faultsPage(asked: AskedFault[]): string {
  const kinds = Object.entries(faultWords).map(
    ([kind, words]) => html`<option value="${kind}">${kind}: ${words}</option>`,
  )
  return page(
    'Faults',
    html`<p>Calls of AWS by Slipway and its hosts go wrong as it is asked for here. What is left empty fits every call.</p>
      <form method="post">
        <label>What happens <select name="kind">${kinds}</select></label>
        <label>AWS account <input type="text" name="account" inputmode="numeric" placeholder="222222222222"></label>
        <label>Service <input type="text" name="service" placeholder="cloudformation"></label>
        <label>Action <input type="text" name="action" placeholder="CreateChangeSet"></label>
        <label>How often <input type="number" name="times" min="1" placeholder="for ever"></label>
        <label>For how many seconds <input type="number" name="forSeconds" min="1" placeholder="for ever"></label>
        <label>How many seconds late, where it is answered late <input type="number" name="lateSeconds" min="1" placeholder="5"></label>
        <button>Ask for it</button></form>
      ${asked.length === 0 ? html`<p>None was asked for.</p>` : table(asked)}`,
  )
}

function table(asked: AskedFault[]): Html {
  const rows = asked.toReversed().map(
    (
      one,
    ) => html`<tr><td>${one.fault.kind}</td><td>${calls(one.fault)}</td><td>${one.met.length}${ofTimes(one.fault)}</td>
      <td>${one.isOver ? html`over` : html`<form method="post"><input type="hidden" name="end" value="${one.id}"><button>End it</button></form>`}</td></tr>`,
  )
  return html`<h2>Asked for</h2><table><thead><tr><th>What happens</th><th>To</th><th>Calls met</th><th></th></tr></thead>
    <tbody>${rows}</tbody></table>`
}

const calls = ({ account, service, action }: Fault): string =>
  [service ?? 'every service', action ?? 'every action', account ? `of ${account}` : 'of every account'].join(
    ', ',
  )
const ofTimes = ({ times }: Fault) => (times === undefined ? '' : ` of ${times}`)
