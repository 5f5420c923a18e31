/** What a person reads in the deployment's log as a phase begins. One without words is shown by its name. */
const words = new Map([
  ['fetch', 'Fetching and checking the release.'],
  ['configure', 'Reading variables and secrets.'],
  ['boot', 'Running the boot hooks, once on this host, as root.'],
  ['before-switch', 'Running the hooks before the switch.'],
  ['after-switch', 'Running the hooks after the switch.'],
  ['release', 'Running the release command, beside the old version.'],
  ['start', 'Starting beside the old version what may run twice.'],
  ['start-canary', 'Starting the new version beside the old one.'],
  ['canary', 'Both versions serve side by side and are compared.'],
  ['hold', 'New requests wait at the gate.'],
  ['drain', 'Letting the requests under way end.'],
  ['stop', 'Stopping the old version.'],
  ['start-alone', 'Starting the new version.'],
  ['switch', 'Requests go to the new version.'],
  ['retire', 'Ending what is left of the old version.'],
  ['bake', 'Watching for a moment whether it stays well.'],
  ['restore', 'Going back to the version before.'],
])

export function phaseWords(phase: string, detail?: string): string {
  const text = words.get(phase) ?? phase
  return detail ? `${text} ${detail}` : text
}
