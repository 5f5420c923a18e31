import { BlockList, isIPv6 } from 'node:net'

/**
 * What IPv4 keeps for itself: https://www.iana.org/assignments/iana-ipv4-special-registry. Among them are our own
 * network and the metadata of the machine, 169.254.169.254.
 */
const inner = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  inner.addSubnet(network, bits, 'ipv4')
}

/** All that IPv6 has given out to the world: https://www.iana.org/assignments/ipv6-unicast-address-assignments. */
const world = new BlockList()
world.addSubnet('2000::', 3, 'ipv6')

/** But for those that stand for an IPv4 address or for nobody (Teredo, documentation, 6to4). */
const worldless = new BlockList()
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  worldless.addSubnet(network, bits, 'ipv6')
}

/** Whether an address belongs to some inner network: this machine's, our own, or nobody's in the world. */
export function isInner(address: string): boolean {
  if (!isIPv6(address)) return inner.check(address, 'ipv4')
  return !world.check(address, 'ipv6') || worldless.check(address, 'ipv6')
}
