import { debianOrder } from './debian.ts';
import { mavenOrder } from './maven.ts';
import { nugetOrder } from './nuget.ts';
import type { VersionOrder } from './order.ts';
import { packagistOrder } from './packagist.ts';
import { pep440Order } from './pep440.ts';
import { rubygemsOrder } from './rubygems.ts';
import { goOrder, semverOrder } from './semver.ts';

/** Ecosystem names are those of the OSV schema, without their `:RELEASE` suffix. */
const ORDERS: ReadonlyMap<string, VersionOrder> = new Map<string, VersionOrder>([
  ['npm', semverOrder],
  ['Go', goOrder],
  ['crates.io', semverOrder],
  ['Hex', semverOrder],
  ['SwiftURL', semverOrder],
  ['GitHub Actions', semverOrder],
  ['Bitnami', semverOrder],
  ['ConanCenter', semverOrder],
  ['Julia', semverOrder],
  ['VSCode', semverOrder],
  ['PyPI', pep440Order],
  ['Maven', mavenOrder],
  ['RubyGems', rubygemsOrder],
  ['NuGet', nugetOrder],
  ['Packagist', packagistOrder],
  ['Debian', debianOrder],
  ['Ubuntu', debianOrder],
]);

/** Undefined: this program does not know how the ecosystem orders versions, and does not guess. */
export function orderOf(ecosystem: string): VersionOrder | undefined {
  const colon = ecosystem.indexOf(':');
  return ORDERS.get(colon < 0 ? ecosystem : ecosystem.slice(0, colon));
}
