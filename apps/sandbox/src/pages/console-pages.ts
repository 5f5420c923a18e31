import type { Account } from '../aws/accounts.ts'
import type { StackShown, TemplateShown } from '../aws/stacks.ts'
import type { Instance } from '../bodies/instance.ts'
import { type Html, html, page } from './page.ts'

const root = '/sandbox/console'

/** Accounts with their stacks and instances. */
export function overviewPage(
  accounts: (Account & {
    stacks: { name: string; status: string; region: string }[]
    instances: Instance[]
  })[],
): string {
  return page(
    'AWS console',
    html`<p>Stands in for the AWS console of Slipway's customers; whoever opens it is the account's administrator.</p>
      ${accounts.map(
        ({
          id,
          name,
          stacks,
          instances,
        }) => html`<section aria-label="Account ${id}"><h2>${id} <small>${name}</small></h2>
        ${stacks.length ? stackTable(id, stacks) : html`<p>No stacks.</p>`}
        ${instances.length ? instanceTable(instances) : undefined}</section>`,
      )}
      <h2>Another account</h2>
      <form method="post" action="${root}/accounts"><label>Name <input type="text" name="name" required></label>
      <button>Make an account</button></form>`,
  )
}

function stackTable(account: string, stacks: { name: string; status: string; region: string }[]): Html {
  const rows = stacks.map(
    ({ name, status, region }) =>
      html`<tr><td><a href="${root}/stack?account=${account}&amp;region=${region}&amp;name=${name}">${name}</a></td><td>${status}</td></tr>`,
  )
  return html`<table><thead><tr><th>Stack</th><th>Status</th></tr></thead><tbody>${rows}</tbody></table>`
}

function instanceTable(instances: Instance[]): Html {
  const rows = instances.map(
    (
      one,
    ) => html`<tr><td><a href="${root}/instance?id=${one.id}">${one.id}</a></td><td>${one.state}</td><td>${one.type}</td>
      <td>${one.publicIp ?? ''}</td></tr>`,
  )
  const head = html`<tr><th>Instance</th><th>State</th><th>Type</th><th>Address</th></tr>`
  return html`<table><thead>${head}</thead><tbody>${rows}</tbody></table>`
}

/** A quick-create link keeps everything behind the `#`, which a server never sees. */
export function linkPage(): string {
  return page(
    'AWS console',
    html`<p>Opening the link…</p><script>
      const [path, query] = location.hash.slice(1).split('?')
      const region = new URLSearchParams(location.search).get('region') ?? 'us-east-1'
      location.replace(/^\\/stacks\\/(quick)?create/.test(path) || /^\\/stacks\\/update/.test(path)
        ? '${{ html: root }}/quick-create?region=' + encodeURIComponent(region) + '&' + query : '${{ html: root }}')
    </script>`,
  )
}

/** Everything filled in from the link; only the tick and the button are left. */
export function quickCreatePage(asked: {
  accounts: Account[]
  account: string
  region: string
  name: string
  templateUrl: string
  template: TemplateShown
}): string {
  const { template } = asked
  const makesIdentities = template.resources.some(({ type }) => type.startsWith('AWS::IAM::'))
  const options = asked.accounts.map(({ id, name }) => {
    const chosen = id === asked.account ? html` selected` : undefined
    return html`<option value="${id}"${chosen}>${id} (${name})</option>`
  })
  const parameters = template.parameters.map(
    ({ key, given, description }) =>
      html`<label>${key} <input type="text" name="param_${key}" value="${given}"><small>${description}</small></label>`,
  )
  const resources = template.resources.map(
    ({ logicalId, type, trusts }) =>
      html`<li>${logicalId} <code>${type}</code>${trusts ? html`<br><small>may be assumed by <code>${trusts}</code></small>` : undefined}</li>`,
  )
  return page(
    'Quick create stack',
    html`<form method="post" action="${root}/stacks">
      <input type="hidden" name="region" value="${asked.region}">
      <label>AWS account <select name="account">${options}</select></label>
      <label>Stack name <input type="text" name="name" value="${asked.name}" required></label>
      <label>Template URL <input type="text" name="templateURL" value="${asked.templateUrl}" required></label>
      <p>${template.description}</p>
      <h2>Parameters</h2>${parameters}
      <h2>Resources</h2><ul>${resources}</ul>
      <details><summary>The template</summary><pre>${template.text}</pre></details>
      <h2>Capabilities</h2>
      <p>This template makes ${makesIdentities ? 'IAM resources with names of their own' : 'no IAM resources'}.</p>
      <label><input type="checkbox" name="acknowledged" value="yes"> I acknowledge that AWS CloudFormation might create IAM resources with custom names.</label>
      <button>Create stack</button></form>`,
  )
}

export function stackPage(
  stack: { account: string; region: string; name: string },
  shown: StackShown,
): string {
  const moving = /IN_PROGRESS$/.test(shown.status)
  const tone = /FAILED|ROLLBACK/.test(shown.status) ? 'bad' : 'good'
  const events = shown.events.map(
    (
      event,
    ) => html`<tr><td>${event.at.slice(11, 19)}</td><td>${event.logicalId}</td><td><code>${event.type}</code></td>
      <td>${event.status}</td><td>${event.reason}</td></tr>`,
  )
  const outputs = shown.outputs.map(
    ({ key, value, description }) =>
      html`<dt>${key}</dt><dd><code>${value}</code> <small>${description}</small></dd>`,
  )
  const fields = Object.entries(stack).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return page(
    stack.name,
    html`${moving ? html`<meta http-equiv="refresh" content="1">` : undefined}
      <p>Account ${stack.account}, ${stack.region}: <strong class="${tone}" role="status">${shown.status}</strong> ${shown.reason}</p>
      ${outputs.length ? html`<h2>Outputs</h2><dl>${outputs}</dl>` : undefined}
      <h2>Events</h2><table><thead><tr><th>When</th><th>Resource</th><th>Type</th><th>Status</th><th>Reason</th></tr></thead><tbody>${events}</tbody></table>
      <form method="post" action="${root}/stack/delete">${fields}<button>Delete stack</button></form>`,
  )
}

export function instancePage(instance: Instance, running: boolean, consoleOutput: string): string {
  const actions = ['reboot', 'stop', 'start', 'terminate'].map(
    (action) => html`<form method="post" action="${root}/instance" style="display:inline">
      <input type="hidden" name="id" value="${instance.id}"><input type="hidden" name="action" value="${action}">
      <button>${action}</button></form> `,
  )
  const volumes = instance.volumes.map(({ device, id }) => `${device} ${id}`).join(', ')
  return page(
    instance.id,
    html`<p>Account ${instance.account}, ${instance.region}, ${instance.type}: <strong>${instance.state}</strong>
      (its body ${running ? 'runs' : 'does not run'}), ${instance.publicIp ?? 'no public address'}, volumes ${volumes}.</p>
      ${actions}<h2>Console</h2><pre>${consoleOutput}</pre>`,
  )
}

export function refusedPage(what: string, back: string): string {
  return page('Refused', html`<p class="bad" role="alert">${what}</p><p><a href="${back}">Back</a></p>`)
}
