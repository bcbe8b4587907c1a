import { compareDigits, compareNumbers, compareText, isDigits, type VersionOrder } from './order.ts';

/**
 * SemVer 2.0.0, section 11: https://semver.org/#spec-item-11. Wider than the specification in what it reads (a leading
 * v or =, one to many numbers, numbers beyond 2^53), because tags and old npm versions are so; not wider in how it orders.
 * Go's pseudo-versions (v0.0.0-20210101000000-abcdef012345) are ordinary prereleases.
 */
export interface SemverKey {
  readonly numbers: readonly string[];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

const SHAPE = /^[v=]?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?$/;

export const semverOrder: VersionOrder<SemverKey> = {
  name: 'SemVer 2.0.0',
  equality: 'text',
  key(version) {
    const match = SHAPE.exec(version.trim());
    if (match === null) return undefined;
    return { numbers: (match[1] as string).split('.'), prerelease: match[2] === undefined ? [] : match[2].split('.') };
  },
  compare(a, b) {
    return compareNumbers(a.numbers, b.numbers) || comparePrerelease(a.prerelease, b.prerelease);
  },
};

/** Go's own toolchain writes go1.21rc2 where OSV's records for `stdlib` write 1.21.0-rc.2. */
const GO_TOOLCHAIN = /^go(\d+)\.(\d+)(?:\.(\d+))?(?:(rc|beta)(\d+))?$/;

export const goOrder: VersionOrder<SemverKey> = {
  ...semverOrder,
  name: 'Go',
  key(version) {
    const match = GO_TOOLCHAIN.exec(version);
    if (match === null) return semverOrder.key(version);
    const [, major = '0', minor = '0', patch = '0', label, number = '0'] = match;
    return { numbers: [major, minor, patch], prerelease: label === undefined ? [] : [label, number] };
  },
};

/** A release is above its prereleases; identifiers compare one by one; a longer list is above its own beginning. */
export function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return (a.length === 0 ? 1 : 0) - (b.length === 0 ? 1 : 0);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = compareIdentifier(a[index] as string, b[index] as string);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareIdentifier(a: string, b: string): number {
  const isNumberA = isDigits(a);
  const isNumberB = isDigits(b);
  if (isNumberA && isNumberB) return compareDigits(a, b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return compareText(a, b);
}
