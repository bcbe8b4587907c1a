import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What an address is, as far as it matters for the question whether a configured URL may reach it. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'carrier-nat'
  | 'multicast'
  | 'unspecified'
  | 'embeds-ipv4'
  | 'reserved'
  | 'not-an-address';

/**
 * Servers that hand credentials to whoever asks. Most stand in ranges that are refused anyway; named here, they are
 * refused for what they are. 168.63.129.16 is Azure's, and public by range.
 */
const METADATA: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
]);

/** Names of the same servers: refused before a resolver is asked, which may answer anything. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/**
 * Ranges that carry an IPv4 address inside an IPv6 one. A gateway on the way unwraps them, so that `64:ff9b::7f00:1`
 * may well be the gateway's own loopback; a public service has no need to be named in this way.
 */
const EMBEDDING: ReadonlySet<string> = new Set(['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4', 'teredo']);

/** Only 2000::/3 is allocated for the public (RFC 4291, 2.4); the rest is unassigned or special. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];
/** `::a.b.c.d`, deprecated by RFC 4291 (2.5.5.1) but still understood by some stacks. */
const IPV4_COMPATIBLE: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('::'), 96];

/** Scoped addresses (`fe80::1%eth0`) and every loose spelling (`127.1`, `0x7f.0.0.1`, `010.0.0.1`) are no address here. */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return ipv4Kind(ipaddr.IPv4.parse(address));
  if (isIPv6(address) && !address.includes('%')) return ipv6Kind(ipaddr.IPv6.parse(address));
  return 'not-an-address';
}

/** Loopback is reachable only for a caller who asked for it; everything else must be public. */
export function mayConnect(address: string, options: { readonly allowLoopback?: boolean } = {}): boolean {
  const kind = addressKind(address);
  return kind === 'public' || (kind === 'loopback' && options.allowLoopback === true);
}

export function isMetadataName(hostname: string): boolean {
  return METADATA_NAMES.has(hostname.toLowerCase().replace(/\.$/, ''));
}

function ipv4Kind(address: ipaddr.IPv4): AddressKind {
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  switch (range) {
    case 'unicast':
      return 'public';
    case 'loopback':
    case 'private':
    case 'multicast':
    case 'unspecified':
      return range;
    case 'linkLocal':
      return 'link-local';
    case 'carrierGradeNat':
      return 'carrier-nat';
    default:
      // Also what a later version of the library may learn to tell apart: refused until someone decides.
      return 'reserved';
  }
}

function ipv6Kind(address: ipaddr.IPv6): AddressKind {
  if (METADATA.has(address.toRFC5952String())) return 'metadata';
  const range = address.range();
  if (EMBEDDING.has(range)) return 'embeds-ipv4';
  switch (range) {
    case 'unicast':
      if (address.match(IPV4_COMPATIBLE)) return 'embeds-ipv4';
      return address.match(GLOBAL_UNICAST) ? 'public' : 'reserved';
    case 'loopback':
    case 'multicast':
    case 'unspecified':
      return range;
    case 'linkLocal':
      return 'link-local';
    case 'uniqueLocal':
      return 'private';
    default:
      return 'reserved';
  }
}
