import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { SAMPLE_ADVISORIES } from '../../../shared/adapters/local/osv-fixtures.ts';
import { startOsvServer } from '../../../shared/adapters/local/osv-server.ts';
import { createOsvAdvisories } from '../../../shared/adapters/osv/index.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { Waiver } from '../../../shared/domain/override.ts';
import { scanVulnerabilities } from '../../../shared/operations/risk/scan-vulnerabilities.ts';
import type { AdvisoriesPort, ImageScan } from '../../../shared/ports/advisories.ts';
import type { RevisionState, ServicesPort } from '../../../shared/ports/services.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { repositoriesOf } from './repositories-world.ts';

const SUNDAY = '2026-11-22T12:05:00.000Z';
const server = await startOsvServer();
after(() => server.close());
beforeEach(() => {
  server.setFault(undefined);
  server.setRecords(SAMPLE_ADVISORIES);
});

function lock(packages: Readonly<Record<string, string>>, more: object = {}): string {
  const entries = Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }]);
  return JSON.stringify({
    lockfileVersion: 3,
    packages: { '': { dependencies: wanted(packages) }, ...Object.fromEntries(entries) },
    ...more,
  });
}
const wanted = (packages: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(packages).map(([name, version]) => [name, `^${version}`]));
const manifest = (packages: Readonly<Record<string, string>>) => JSON.stringify({ dependencies: wanted(packages) });

interface World {
  readonly packages?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly lockfiles?: string;
  readonly waivers?: readonly Waiver[];
  readonly revision?: Partial<RevisionState>;
  readonly scan?: ImageScan | PortError | 'absent';
  readonly services?: readonly string[] | PortError;
}

const IMAGE = `registry.example/shop@sha256:${'a'.repeat(64)}`;

function run(world: World) {
  const packages = world.packages ?? { 'sample-cart': '1.2.0' };
  const files = { 'package-lock.json': lock(packages), 'package.json': manifest(packages), ...world.files };
  const osv = createOsvAdvisories({ fetch, baseUrl: server.origin, dataUrl: server.origin });
  const scan = world.scan ?? { scannedAt: SUNDAY, found: [] };
  const imageScan = async () => {
    if (scan instanceof PortError) throw scan;
    return scan as ImageScan;
  };
  const advisories: AdvisoriesPort = scan === 'absent' ? osv : { ...osv, imageScan };
  const services = {
    list: async () => {
      if (world.services instanceof PortError) throw world.services;
      return world.services ?? ['shop'];
    },
    describe: async () => ({ traffic: [{ revision: 'shop-1', percent: 100 }] }),
    revision: async () => ({ name: 'shop-1', image: IMAGE, runtime: null, ...world.revision }),
  } as unknown as ServicesPort;
  const context = createContext({
    ports: { advisories, services, repositories: repositoriesOf({ 'LivHana-SoT': [{ at: SUNDAY, files }] }) },
    configuration: sampleConfiguration(`
repositories: [{name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}]
weekly: {lockfiles: [${world.lockfiles ?? '"package-lock.json"'}]}`),
    phase: 'weekly-risk-review',
    dueAt: SUNDAY,
    waivers: world.waivers ?? [],
  });
  return judged(scanVulnerabilities, context);
}

describe('scan-vulnerabilities', () => {
  it('passes what nothing is known against, a withdrawn advisory included', async () => {
    const { verdict, bad } = await run({});
    assert.deepEqual(bad, []);
    assert.equal(verdict, 'passed');
  });

  it('fails what is vulnerable, and says what mends it', async () => {
    const { verdict, find } = await run({ packages: { 'sample-age-gate': '2.4.0' } });
    assert.equal(verdict, 'failed');
    assert.equal(find('vulnerable').subject, 'vulnerabilities/CVE-2026-90001');
    assert.equal(find('vulnerable').severity, 'critical');
    assert.match(find('vulnerable').remedy, /update sample-age-gate to 2\.4\.1/);
  });

  it('is content with the version that mends it', async () => {
    assert.equal((await run({ packages: { 'sample-age-gate': '2.4.1' } })).verdict, 'passed');
  });

  it('tells of what is below the configured severity without judging it', async () => {
    const { verdict, find } = await run({ packages: { 'sample-label-printer': '1.2.0' } });
    assert.equal(verdict, 'passed');
    assert.match(find('below-threshold').message, /CVE-2026-90002/);
  });

  it('degrades a waived advisory under any of its names', async () => {
    const waiver: Waiver = {
      id: 'waiver-1',
      guardrail: 'scan-vulnerabilities',
      records: ['ghsa-hn00-0000-0001'],
      owner: 'sam@livhana.example',
      approvers: ['sam@livhana.example'],
      reason: 'not reachable',
      at: '2026-11-20T00:00:00.000Z',
      until: '2026-12-20T00:00:00.000Z',
    };
    const { verdict, find } = await run({ packages: { 'sample-age-gate': '2.4.0' }, waivers: [waiver] });
    assert.equal(verdict, 'degraded');
    assert.match(find('vulnerable').message, /waived by sam@livhana.example until 2026-12-20/);
  });

  it('cannot tell from a lockfile that cannot be read, and names it', async () => {
    const { verdict, find } = await run({ files: { 'package-lock.json': '{"lockfileVersion": 3, "packages": {' } });
    assert.equal(verdict, 'inconclusive');
    assert.equal(find('lockfile-unreadable').subject, 'LivHana-SoT/package-lock.json');
  });

  it('cannot tell when the source limits the rate', async () => {
    server.setFault({ kind: 'status', status: 429, retryAfterSeconds: 30, path: '/v1/querybatch' });
    const { verdict, find } = await run({});
    assert.equal(verdict, 'inconclusive');
    assert.match(find('rate-limited').message, /1 package versions could not be checked/);
  });

  for (const kind of ['fewer-results', 'truncated', 'unreachable', 'endless-pages', 'lost-details'] as const) {
    it(`cannot tell from a source that is ${kind}`, async () => {
      server.setFault({ kind });
      const { verdict } = await run({ packages: { 'sample-age-gate': '2.4.0' } });
      assert.equal(verdict, 'inconclusive');
    });
  }

  it('cannot tell from a source that has stood still for longer than a week', async () => {
    server.setRecords(SAMPLE_ADVISORIES.map((record) => ({ ...record, modified: '2026-11-10T00:00:00Z' })));
    const { verdict, find } = await run({});
    assert.equal(verdict, 'inconclusive');
    assert.equal(find('stale-advisories').subject, 'advisories/npm');
  });

  it('cannot tell from a pattern that matches nothing', async () => {
    const { verdict, find } = await run({ lockfiles: '"package-lock.json", "backend/*/package-lock.json"' });
    assert.equal(verdict, 'inconclusive');
    assert.equal(find('matches-nothing').subject, 'weekly.lockfiles/backend/*/package-lock.json');
  });

  it('fails a lockfile that is not the one of its manifest', async () => {
    const { verdict, find } = await run({ files: { 'package.json': manifest({ 'sample-cart': '2.0.0' }) } });
    assert.equal(verdict, 'failed');
    assert.match(find('lock-mismatch').message, /sample-cart/);
  });

  it('names tracked secret files by path and rule, and never reads them', async () => {
    const canary = 'SECRET-CANARY-VALUE';
    const { verdict, findings } = await run({
      files: { 'config/.env': canary, 'config/.env.example': '', 'deploy/prod-key.json': canary },
    });
    assert.equal(verdict, 'failed');
    const named = findings
      .filter(({ code }) => code.startsWith('secret-tracked'))
      .map(({ subject, code }) => [subject, code]);
    assert.deepEqual(named, [
      ['LivHana-SoT/config/.env', 'secret-tracked-environment-file'],
      ['LivHana-SoT/deploy/prod-key.json', 'secret-tracked-service-account-key'],
    ]);
    assert.ok(!JSON.stringify(findings).includes(canary));
  });

  it('fails a vulnerable image in service', async () => {
    const found = [{ id: 'CVE-2026-4', rating: 'critical' as const, packageName: 'libc', fixedIn: '2' }];
    const { find } = await run({ scan: { scannedAt: SUNDAY, found } });
    assert.equal(find('image-vulnerable').subject, 'images/shop');
    assert.equal(find('image-vulnerable').verdict, 'failed');
  });

  it('cannot tell from an image that nothing or nobody scanned, or long ago', async () => {
    assert.equal((await run({ scan: 'absent' })).find('not-scanned').verdict, 'inconclusive');
    assert.equal((await run({ scan: { scannedAt: null, found: [] } })).find('never-scanned').verdict, 'inconclusive');
    const old = { scannedAt: '2026-10-01T00:00:00.000Z', found: [] };
    assert.equal((await run({ scan: old })).find('stale-scan').verdict, 'inconclusive');
    const denied = new PortError('advisories', 'permission-denied', 'containeranalysis.occurrences.list is missing');
    assert.equal((await run({ scan: denied })).find('permission-denied').verdict, 'inconclusive');
  });

  it('cannot tell when no service is listed', async () => {
    assert.equal((await run({ services: [] })).find('no-services').verdict, 'inconclusive');
    const down = new PortError('services', 'unavailable', 'no answer');
    assert.equal((await run({ services: down })).find('unreachable').verdict, 'inconclusive');
  });

  it('fails a runtime that was given up, and warns of one that is not patched', async () => {
    assert.equal((await run({ revision: { runtime: 'nodejs18' } })).find('runtime-decommissioned').verdict, 'failed');
    assert.equal((await run({ revision: { runtime: 'python310' } })).find('runtime-deprecated').verdict, 'degraded');
    assert.equal((await run({ revision: { runtime: 'nodejs24' } })).verdict, 'passed');
  });
});
