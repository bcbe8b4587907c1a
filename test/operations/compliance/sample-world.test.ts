import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalDocuments } from '../../../shared/adapters/local/documents.ts';
import { createLocalEvidence } from '../../../shared/adapters/local/evidence.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import { SAMPLE_SERVICE_ENVIRONMENT, writeSampleEvidence } from '../../../shared/adapters/local/sample/evidence.ts';
import { SAMPLE_EVIDENCE_AND_GUARDRAILS } from '../../../shared/adapters/local/sample/guardrails.yaml.ts';
import type { ServiceFault } from '../../../shared/adapters/local/sample/service-faults.ts';
import { type SampleServices, startSampleServices } from '../../../shared/adapters/local/sample-services.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { judgeResult } from '../../../shared/domain/finding.ts';
import { instant } from '../../../shared/domain/time.ts';
import { auditCompliance } from '../../../shared/operations/compliance/audit-compliance.ts';
import type { HttpPort } from '../../../shared/ports/http.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import type { ServicesPort } from '../../../shared/ports/services.ts';
import { createContext } from '../../support/operation-context.ts';
import { configurationOf } from './world.ts';

const SERVICES = ['integration-service', 'age-verification-gate', 'mcp-broker'];
const configuration = configurationOf(`
schema_version: "1"
deployment: {project_id: livhana-fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories: [{name: LivHana-SoT, url: "sample://git/LivHana-SoT"}]
services: [${SERVICES.map((name) => `{name: ${name}, url: "sample://${name}/health"}`).join(', ')}]
${SAMPLE_EVIDENCE_AND_GUARDRAILS}
`);

const services: Pick<ServicesPort, 'describe' | 'revision'> = {
  async describe(name) {
    if (SAMPLE_SERVICE_ENVIRONMENT[name] === undefined) throw new PortError('services', 'not-found', name);
    const state = { etag: 'e', reconciling: false, ready: true, generationObserved: true, token: 0 };
    const [latestReadyRevision, latestCreatedRevision] = ['r-1', 'r-1'];
    return { ...state, name, latestReadyRevision, latestCreatedRevision, traffic: [{ revision: 'r-1', percent: 100 }] };
  },
  async revision(service, name) {
    const none = { serviceAccount: null, concurrency: null, cpu: null, livenessProbe: null, startupProbe: null };
    const environment = SAMPLE_SERVICE_ENVIRONMENT[service] ?? {};
    return {
      name,
      createdAt: '2026-11-20T00:00:00.000Z',
      ready: true,
      image: 'i',
      runtime: null,
      ...none,
      environment,
    };
  },
};
const repositories: Pick<RepositoriesPort, 'listRefs' | 'listFiles'> = {
  listRefs: async () => ({
    refs: new Map([['refs/heads/main', 'a'.repeat(40)]]),
    peeled: new Map(),
    capabilities: new Set(),
  }),
  listFiles: async () => [{ path: 'src/index.ts', id: 'b'.repeat(40), kind: 'file' }],
};

describe('the guardrails of the sample world', () => {
  let now = '2026-11-24T09:00:00.000Z';
  const clock = { now: () => now, monotonicMs: () => 0, sleep: async () => undefined };
  let data: string;
  let objects: LocalObjects;
  let documents: LocalDocuments;
  let shop: SampleServices;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'highnoon-sample-'));
    objects = new LocalObjects({ data, clock });
    documents = new LocalDocuments(':memory:', clock);
    shop = await startSampleServices({ clock, token: 'token' });
  });
  after(async () => {
    await shop.close();
    documents.close();
    objects.close();
    await rm(data, { recursive: true });
  });

  const http: HttpPort = {
    async request(url, { cookie }) {
      const resolved = shop.resolve(url);
      if (resolved === undefined) throw new PortError('http', 'invalid', 'no server of the sample world');
      const headers = cookie === undefined ? {} : { headers: { cookie } };
      const response = await fetch(resolved, { redirect: 'manual', ...headers });
      const body = new Uint8Array(await response.arrayBuffer());
      const rest = { headers: {}, truncated: false as const, durationMs: 1, remoteAddress: '127.0.0.1', digest: '' };
      return { status: response.status, body, ...rest };
    },
  };

  const audit = async () => {
    const parts = { configuration, objects, documents, http };
    const evidence = createLocalEvidence({
      ...parts,
      services: services as ServicesPort,
      repositories: repositories as RepositoriesPort,
    });
    const environment = { COMPLIANCE_LEVEL: '21+' };
    const context = createContext({ ports: { evidence, http }, configuration, environment, now: () => now });
    const outcome = await auditCompliance.run(context);
    return judgeResult('audit-compliance', 'compliance', outcome);
  };
  const brokenIn = async () => (await audit()).findings.map(({ subject, code }) => `${subject} ${code}`);

  it('all pass on any day of which evidence was written, however long after its morning that day ends', async () => {
    for (const morning of ['2026-11-24T09:00:00.000Z', '2028-02-29T09:00:00.000Z', '2026-11-01T06:00:00.000Z']) {
      now = morning;
      await writeSampleEvidence({ objects, documents }, now);
      now = instant(Date.parse(morning) + 21 * 3_600_000);
      const { findings, verdict } = await audit();
      assert.deepEqual(
        findings.map(({ id, message }) => `${id}: ${message}`),
        [],
      );
      assert.equal(verdict, 'passed');
    }
  });

  it('are inconclusive when the evidence was not written anew', async () => {
    now = '2026-11-24T09:00:00.000Z';
    await writeSampleEvidence({ objects, documents }, now);
    now = '2026-11-25T11:30:00.000Z';
    assert.ok((await brokenIn()).includes('GR-10 stale-evidence'));
  });

  const faults: readonly (readonly [string, ServiceFault])[] = [
    ['GR-03 violated', { ungatedPages: ['/products'] }],
    ['GR-04 violated', { acceptsForgedCookie: true }],
    ['GR-16 violated', { coaStatus: 401 }],
    ['GR-19 violated', { pageText: 'Treats anxiety' }],
    ['GR-21 violated', { withoutFooter: true }],
  ];
  for (const [finding, fault] of faults) {
    it(`find a fault of the shop: ${finding}`, async () => {
      now = '2026-11-24T11:30:00.000Z';
      await writeSampleEvidence({ objects, documents }, now);
      shop.set('shop', fault);
      assert.deepEqual(await brokenIn(), [finding]);
      shop.set('shop', {});
      assert.deepEqual(await brokenIn(), []);
    });
  }

  it('find an order that nobody verified, in the embedded store', async () => {
    now = '2026-11-24T11:30:00.000Z';
    await writeSampleEvidence({ objects, documents }, now);
    const [found] = await documents.query('collections/verifications/records');
    await documents.transact(async (transaction) => transaction.delete(found?.path ?? ''));
    assert.deepEqual(await brokenIn(), ['GR-05 violated']);
  });
});
