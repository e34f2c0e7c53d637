import { BlockList, isIP } from 'node:net';

/** IANA's special-purpose registries: this host, private, shared, loopback, link-local (clouds' metadata too), tests, multicast, reserved. */
const ipv4Ranges = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;

/** Unspecified, loopback, unique local, link-local, site-local, multicast. */
const ipv6Ranges = [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

/** Addresses that say an IPv4 address in another way: where its 32 bits begin, counted in groups of 16. */
const carriers = [
  { range: ['::', 96], group: 6 },
  { range: ['::ffff:0:0', 96], group: 6 },
  { range: ['64:ff9b::', 96], group: 6 },
  { range: ['64:ff9b:1::', 48], group: 6 },
  { range: ['2002::', 16], group: 1 },
] as const;

/** Whether an address lies in this device or its networks rather than in the internet; also one that is none. */
export function isPrivateAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  switch (isIP(bare)) {
    case 4:
      return inRanges(bare, 'ipv4', ipv4Ranges);
    case 6: {
      const carried = carriers.filter(({ range }) => inRanges(bare, 'ipv6', [range]));
      return inRanges(bare, 'ipv6', ipv6Ranges) || carried.some(({ group }) => isPrivateAddress(ipv4At(bare, group)));
    }
    default:
      return true;
  }
}

function inRanges(address: string, family: 'ipv4' | 'ipv6', ranges: readonly (readonly [string, number])[]): boolean {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, family);
  return list.check(address, family);
}

function ipv4At(address: string, group: number): string {
  const groups = groupsOf(address);
  return [groups[group] ?? 0, groups[group + 1] ?? 0].flatMap((two) => [two >> 8, two & 255]).join('.');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // As URLs write it: hexadecimal groups alone, the longest row of zeros as `::`.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = plain.split('::');
  const read = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const front = read(before);
  const back = read(after ?? '');
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
}
