import { type AliasGroup, aliasGroups, isWaivedBy } from '../advisories/aliases.ts';
import { canJudge, isAffected } from '../advisories/evaluate.ts';
import { type OsvRecord, objectsOf, type PackageVersion } from '../advisories/record.ts';
import { isSamePackage } from '../advisories/same-package.ts';
import { RATINGS, type Rating, severityOf } from '../advisories/severity.ts';
import type { Waiver } from '../override.ts';

/** One package version that is installed somewhere, however often. */
export interface Installed extends PackageVersion {
  /** `REPOSITORY/PATH` of lockfiles that have it; the first few. */
  readonly places: readonly string[];
  /** True only when every lockfile that has it shows that production does not need it. */
  readonly dev: boolean;
}

/** One vulnerability under all its names, and what of ours it is in. */
export interface Vulnerability {
  /** CVE first, then GHSA, then the rest. */
  readonly ids: readonly string[];
  readonly rating: Rating;
  readonly score: number | null;
  readonly packages: readonly {
    readonly name: string;
    readonly places: readonly string[];
    readonly fixedIn: readonly string[];
  }[];
  /** Nothing in production needs any of the packages. */
  readonly dev: boolean;
  readonly waivedBy: Waiver | null;
}

/** A record about an installed package that cannot be evaluated: neither affected nor clean. */
export interface Undecided {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/** Waivers of advisories carry the operation's name as their rule, and the ids as records. */
export const ADVISORY_RULE = 'scan-vulnerabilities';

/** Puts together what the source listed for each package: by the schema's own evaluation, grouped by alias. */
export function judgeAdvisories(
  listed: readonly { readonly installed: Installed; readonly records: readonly OsvRecord[] }[],
  waivers: readonly Waiver[],
): { readonly vulnerabilities: Vulnerability[]; readonly undecided: Undecided[] } {
  const undecided: Undecided[] = [];
  const affecting = new Map<string, { record: OsvRecord; installed: Installed[] }>();
  for (const { installed, records } of listed) {
    for (const record of records) {
      if (isAffected(record, installed)) {
        const known = affecting.get(record.id);
        if (known === undefined) affecting.set(record.id, { record, installed: [installed] });
        else known.installed.push(installed);
        continue;
      }
      const judgement = canJudge(record, installed);
      if (!judgement.able)
        undecided.push({ id: record.id, name: `${installed.name}@${installed.version}`, reason: judgement.reason });
    }
  }
  const groups = aliasGroups([...affecting.values()].map(({ record }) => record));
  const vulnerabilities = groups.map((group) => {
    const members = group.records.flatMap((record) => {
      const found = affecting.get(record.id);
      return found === undefined ? [] : found.installed.map((installed) => ({ record, installed }));
    });
    return vulnerabilityOf(group, members, waivers);
  });
  return { vulnerabilities: vulnerabilities.sort(worstFirst), undecided };
}

function vulnerabilityOf(
  group: AliasGroup,
  members: readonly { readonly record: OsvRecord; readonly installed: Installed }[],
  waivers: readonly Waiver[],
): Vulnerability {
  const severities = members.map(({ record, installed }) => severityOf(record, installed));
  const known = severities.filter(({ rating }) => rating !== 'unknown');
  const worst = known.sort((a, b) => weight(b.rating) - weight(a.rating) || (b.score ?? 0) - (a.score ?? 0))[0];
  const packages = new Map<string, { places: Set<string>; fixedIn: Set<string> }>();
  for (const { record, installed } of members) {
    const name = `${installed.name}@${installed.version}`;
    const entry = packages.get(name) ?? { places: new Set<string>(), fixedIn: new Set<string>() };
    for (const place of installed.places) entry.places.add(place);
    for (const fixed of fixesOf(record, installed)) entry.fixedIn.add(fixed);
    packages.set(name, entry);
  }
  const waivedBy = waivers.find(
    ({ guardrail, records }) => guardrail === ADVISORY_RULE && records.some((id) => isWaivedBy(group, id)),
  );
  return {
    ids: group.ids,
    rating: worst?.rating ?? 'unknown',
    score: worst?.score ?? null,
    packages: [...packages].map(([name, { places, fixedIn }]) => ({
      name,
      places: [...places],
      fixedIn: [...fixedIn],
    })),
    dev: members.every(({ installed }) => installed.dev),
    waivedBy: waivedBy ?? null,
  };
}

function fixesOf(record: OsvRecord, installed: PackageVersion): string[] {
  return objectsOf(record.affected)
    .filter((affected) => isSamePackage(affected, installed))
    .flatMap(({ ranges }) => objectsOf(ranges))
    .filter(({ type }) => type !== 'GIT')
    .flatMap(({ events }) => objectsOf(events).flatMap(({ fixed }) => (typeof fixed === 'string' ? [fixed] : [])));
}

/** What cannot be rated comes first: nobody knows that it is harmless. */
export const weight = (rating: Rating): number => (rating === 'unknown' ? RATINGS.length : RATINGS.indexOf(rating));

const worstFirst = (a: Vulnerability, b: Vulnerability): number =>
  weight(b.rating) - weight(a.rating) ||
  (b.score ?? 0) - (a.score ?? 0) ||
  ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1);
