/**
 * The weekly review at the size of a large year: 365 days of outcomes, 50 lockfiles with 40,000 packages, 3,000 advisories
 * over a local OSV server. Reach: 20 s of CPU and 256 MiB, with no flag of V8 given. Usage: node weekly.bench.ts [--quick] [--json]
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOsvAdvisories } from '../../shared/adapters/osv/index.ts';
import type { Json } from '../../shared/domain/json.ts';
import { aggregateMetrics } from '../../shared/operations/risk/aggregate-metrics.ts';
import { analyseComplianceDrift } from '../../shared/operations/risk/analyse-compliance-drift.ts';
import { analyseTrends } from '../../shared/operations/risk/analyse-trends.ts';
import { planCapacity } from '../../shared/operations/risk/plan-capacity.ts';
import { scanVulnerabilities } from '../../shared/operations/risk/scan-vulnerabilities.ts';
import type { ObjectsPort } from '../../shared/ports/objects.ts';
import type { RepositoriesPort } from '../../shared/ports/repositories.ts';
import type { ServicesPort } from '../../shared/ports/services.ts';
import { storedPast } from '../operations/risk/past-world.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { sampleConfiguration } from '../support/configuration.ts';
import { createContext } from '../support/operation-context.ts';
import { isQuick, tell } from './report.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
const FILES = isQuick ? 10 : 50;
const PACKAGES = isQuick ? 4000 : 40_000;
const ADVISORIES = isQuick ? 300 : 3000;
const SUNDAY = '2026-11-22T12:05:00.000Z';

const folder = mkdtempSync(join(tmpdir(), 'highnoon-bench-'));
execFileSync(process.execPath, ['test/bench/advisories-lockfiles.ts', folder, String(FILES), String(PACKAGES)]);
// The source of advisories is somebody else's machine: its memory and time are not the review's.
const source = spawn(process.execPath, ['test/bench/weekly-osv.ts', String(ADVISORIES), String(PACKAGES)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const origin = await new Promise<string>((resolve) =>
  source.stdout.once('data', (line) => resolve(String(line).trim())),
);

const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.(?:json|yaml|lock|sum)$/.test(path),
);
const repositories = {
  listRefs: async () => ({
    refs: new Map([['refs/heads/main', 'a'.repeat(40)]]),
    peeled: new Map(),
    capabilities: new Set(),
  }),
  listFiles: async () => paths.map((path) => ({ path, id: '', kind: 'file' })),
  readFile: async (_: unknown, __: unknown, path: string) => readFileSync(join(folder, path)),
} as unknown as RepositoriesPort;
const services = {
  list: async () => ['shop'],
  describe: async () => ({ traffic: [{ revision: 'shop-1', percent: 100 }] }),
  revision: async () => ({ name: 'shop-1', image: `shop@sha256:${'a'.repeat(64)}`, runtime: null }),
} as unknown as ServicesPort;
const objects = {
  async *list() {
    for (let day = 0; day < 365; day++)
      yield {
        uri: '',
        bytes: 1e6,
        generation: '1',
        updatedAt: new Date(Date.parse(SUNDAY) - day * 864e5).toISOString(),
        metadata: {},
      };
  },
} as unknown as ObjectsPort;
const history = storedPast({
  from: '2025-11-22',
  until: '2026-11-22T12:00:00.000Z',
  seconds: (_, day) => 60 + 0.1 * day + 5 * Math.sin(day * 2.7),
  audit: (date) =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, rule) => [`GR-${rule}`, Number(date.slice(8)) === rule ? 'failed' : 'passed']),
    ),
});
const configuration = sampleConfiguration(`
repositories: [{name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}]
weekly: {lockfiles: ["**/package-lock.json", "**/pnpm-lock.yaml", "**/*.lock", "**/go.sum"], vuln: {require_lock_matches_manifest: false}, capacity: {lookback_days: 365}}`);
const advisories = createOsvAdvisories({ fetch, baseUrl: origin, dataUrl: origin });
const imageScan = async () => ({ scannedAt: SUNDAY, found: [] });

/** Of this process: other work on the machine does not count. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const seconds = new Map<string, number>();
let findings = 0;
const earlier: Record<string, Json> = {};
for (const operation of [scanVulnerabilities, analyseComplianceDrift, aggregateMetrics, analyseTrends, planCapacity]) {
  const context = createContext({
    ports: { advisories: { ...advisories, imageScan }, repositories, services, objects, history },
    configuration,
    phase: 'weekly-risk-review',
    dueAt: SUNDAY,
    earlier,
  });
  const before = cpuSeconds();
  const outcome = await operation.run(context);
  seconds.set(operation.name, cpuSeconds() - before);
  findings += outcome.findings.length;
  earlier[operation.name] = outcome.output ?? null;
}
// The system's own high mark: a timer never fires while a lockfile is parsed.
const mostMiB = process.resourceUsage().maxRSS / 1024;
source.kill();
rmSync(folder, { recursive: true });
const total = [...seconds.values()].reduce((sum, one) => sum + one, 0);
tell('weekly', [
  { what: 'days of outcomes', value: 365, unit: 'days' },
  { what: 'lockfiles', value: FILES, unit: 'files' },
  { what: 'packages in them', value: PACKAGES, unit: 'packages' },
  { what: 'advisories of the source', value: ADVISORIES, unit: 'advisories' },
  { what: 'findings', value: findings, unit: 'findings' },
  ...[...seconds].map(([name, value]) => ({ what: `${name}, processor`, value, unit: 's' })),
  { what: 'the whole review, processor', value: total, unit: 's', reach: 20 },
  { what: 'memory at the peak', value: mostMiB, unit: 'MiB', reach: 256 },
]);
