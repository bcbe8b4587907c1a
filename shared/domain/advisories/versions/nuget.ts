import { compareNumbers, type VersionOrder } from './order.ts';
import { comparePrerelease, type SemverKey, semverOrder } from './semver.ts';

/** NuGet: SemVer with a fourth number and without case: https://learn.microsoft.com/nuget/concepts/package-versioning */
export const nugetOrder: VersionOrder<SemverKey> = {
  name: 'NuGet',
  equality: 'order',
  key: (version) => semverOrder.key(version.toLowerCase()),
  compare: (a, b) => compareNumbers(a.numbers, b.numbers) || comparePrerelease(a.prerelease, b.prerelease),
};
