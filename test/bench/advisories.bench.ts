/**
 * A weekly scan's pure part: lockfiles of six formats read one after the other, then every package judged by the
 * advisories listed for it, with severity and alias groups. Usage: node advisories.bench.ts [--files N] [--packages N]
 * [--advisories N] [--quick] [--json]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aliasGroups, canJudge, isAffected, type OsvRecord, severityOf } from '../../shared/domain/advisories/index.ts';
import { type LockedPackage, readLockfile } from '../../shared/domain/lockfiles/index.ts';
import { orRefuse, parsedOptions, wholeNumber } from '../proof/arguments.ts';
import { tell } from './report.ts';

const { FILES, PACKAGES, ADVISORIES } = orRefuse(() => {
  const {
    quick,
    json: _,
    ...sizes
  } = parsedOptions({
    files: { type: 'string' },
    packages: { type: 'string' },
    advisories: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const size = (name: keyof typeof sizes, usual: number, quickly: number, most: number) =>
    wholeNumber(`--${name}`, sizes[name] ?? String(quick ? quickly : usual), { least: 1, most });
  return {
    FILES: size('files', 50, 10, 1_000),
    PACKAGES: size('packages', 40_000, 4_000, 1_000_000),
    ADVISORIES: size('advisories', 3_000, 300, 1_000_000),
  };
});

/** 324 different vectors. */
function vectorOf(number: number): string {
  const pick = (values: string, step: number) => values[Math.floor(number / step) % values.length];
  const base = `AV:${pick('NAL', 1)}/AC:${pick('LH', 3)}/AT:N/PR:${pick('NLH', 6)}/UI:${pick('NP', 18)}`;
  return `CVSS:4.0/${base}/VC:${pick('HLN', 36)}/VI:${pick('HLN', 108)}/VA:H/SC:N/SI:N/SA:N`;
}

/** Every advisory speaks of one package in six ranges; those of PyPI list two hundred versions beside them, as real ones do. */
function advisoriesFor(packages: readonly LockedPackage[]): Map<LockedPackage, OsvRecord[]> {
  const listed = new Map<LockedPackage, OsvRecord[]>();
  for (let number = 0; number < ADVISORIES; number += 1) {
    const about = packages[(number * 13) % packages.length];
    if (about === undefined) continue;
    const { ecosystem, name } = about;
    const events = [0, 1, 2, 3, 4, 5].flatMap((major) => [{ introduced: `${major}.0.0` }, { fixed: `${major}.12.0` }]);
    const record: OsvRecord = {
      id: `GHSA-${number}`,
      modified: '2026-11-01T00:00:00Z',
      aliases: [`CVE-${number >> 1}`],
      severity: [{ type: 'CVSS_V4', score: vectorOf(number) }],
      affected: [
        {
          package: { ecosystem, name },
          ranges: [{ type: ecosystem === 'PyPI' ? 'ECOSYSTEM' : 'SEMVER', events }],
          ...(ecosystem === 'PyPI' ? { versions: Array.from({ length: 200 }, (_, index) => `90.${index}.0`) } : {}),
        },
      ],
    };
    listed.set(about, [...(listed.get(about) ?? []), record]);
  }
  return listed;
}

let mostBytes = 0;
const watchMemory = () => {
  mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
};

const folder = mkdtempSync(join(tmpdir(), 'advisories-bench-'));
const maker = join(import.meta.dirname, 'advisories-lockfiles.ts');
execFileSync(process.execPath, [maker, folder, String(FILES), String(PACKAGES)]);

const packages: LockedPackage[] = [];
let readMs = 0;
let bytes = 0;
for (let file = 0; file < FILES; file += 1) {
  const [name = ''] = readdirSync(join(folder, String(file)));
  const text = readFileSync(join(folder, String(file), name), 'utf8');
  bytes += text.length;
  const startedAt = performance.now();
  const reading = readLockfile(name, text);
  readMs += performance.now() - startedAt;
  if (reading.kind === 'unreadable') throw new Error(`${name}: ${reading.place}: ${reading.reason}`);
  for (const locked of reading.packages) packages.push(locked);
  watchMemory();
}
rmSync(folder, { recursive: true });

const listed = advisoriesFor(packages);
const startedAt = performance.now();
let affected = 0;
let unjudged = 0;
const hits: OsvRecord[] = [];
for (const locked of packages) {
  for (const record of listed.get(locked) ?? []) {
    if (isAffected(record, locked)) {
      affected += 1;
      hits.push(record);
      severityOf(record, locked);
    } else if (!canJudge(record, locked).able) unjudged += 1;
  }
}
const groups = aliasGroups(hits).length;
const judgeMs = performance.now() - startedAt;
watchMemory();

tell('advisories', [
  { what: 'lockfiles', value: FILES, unit: 'files' },
  { what: 'their size', value: bytes / 1e6, unit: 'MB' },
  { what: 'packages read', value: packages.length, unit: 'packages' },
  { what: 'reading them', value: readMs, unit: 'ms' },
  { what: 'advisories judged', value: ADVISORIES, unit: 'advisories' },
  { what: 'packages affected', value: affected, unit: 'packages' },
  { what: 'groups of one cause', value: groups, unit: 'groups' },
  { what: 'not judged, as no order of versions is known', value: unjudged, unit: 'packages' },
  { what: 'judging them', value: judgeMs, unit: 'ms' },
  { what: 'memory at the peak', value: mostBytes / 2 ** 20, unit: 'MiB' },
]);
