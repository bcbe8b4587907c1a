import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCloudEvidence } from '../../../shared/adapters/gcp/evidence.ts';
import { createCloudMetrics } from '../../../shared/adapters/gcp/metrics.ts';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { metricCatalog } from '../../../shared/domain/catalog.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { sha256 } from '../../../shared/domain/json.ts';
import { epochMs } from '../../../shared/domain/time.ts';
import type { EvidenceRecord, EvidenceSet } from '../../../shared/ports/evidence.ts';
import type { HttpPort } from '../../../shared/ports/http.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import type { ServicesPort } from '../../../shared/ports/services.ts';
import {
  CONTRACT_REPOSITORIES,
  CONTRACT_SERVICES,
  type EvidenceWorld,
  evidenceContract,
} from '../../contracts/evidence.contract.ts';
import { type FirestoreStandIn, startFirestore } from '../../standins/firestore.ts';
import { type MonitoringStandIn, startMonitoring } from '../../standins/monitoring.ts';
import { startStorage } from '../../standins/storage.ts';
import { sampleConfiguration } from '../../support/configuration.ts';

const AT = '2026-11-24T09:00:00.000Z';
const ROOT = 'projects/p1/databases/(default)/documents';
const configuration = sampleConfiguration(`
repositories:
${CONTRACT_REPOSITORIES.map((name) => `  - {name: ${name}, url: "https://git.example/${name}"}`).join('\n')}
services:
${CONTRACT_SERVICES.map(({ name, releases }) => `  - {name: ${name}, url: "https://${name}.example"${releases ? ', release: {candidate: latest-ready}' : ''}}`).join('\n')}
`);

type World = EvidenceWorld & { readonly firestore: FirestoreStandIn; readonly monitoring: MonitoringStandIn };

async function world(): Promise<World> {
  const storage = await startStorage({ nowMs: () => epochMs(AT) });
  const firestore = await startFirestore();
  const monitoring = await startMonitoring({ nowMs: () => epochMs(AT), prefix: metricCatalog.prefix });
  const objects = createCloudObjects({ projectId: 'p1', endpoint: storage.origin });
  const pages = new Map<string, { status: number; body: string }>();
  const deployed = new Map<string, readonly Readonly<Record<string, string>>[]>();
  const tracked = new Map<string, readonly string[]>();
  const port = createCloudEvidence({
    projectId: 'p1',
    region: 'us-central1',
    endpoint: monitoring.endpoint,
    databaseId: '(default)',
    firestoreEmulatorHost: firestore.endpoint,
    clock: { now: () => AT },
    configuration,
    objects,
    http: httpOf(pages),
    services: servicesOf(deployed) as ServicesPort,
    repositories: repositoriesOf(tracked) as RepositoriesPort,
  });
  return {
    port,
    firestore,
    monitoring,
    bucket: 'gs://some-bucket',
    writtenAt: AT,
    writeObject: async (key, content) => {
      await objects.write(`gs://some-bucket/${key}`, Buffer.from(content), { when: 'any' });
    },
    writeCollection: async (collection, records) => {
      for (const [id, record] of Object.entries(records))
        firestore.documents.set(`${ROOT}/${collection}/${id}`, fieldsOf(record));
    },
    servePage: (url, page) => void pages.set(url, page),
    deploy: (service, environments) => void deployed.set(service, environments),
    track: (repository, paths) => void tracked.set(repository, paths),
    close: async () => {
      await Promise.all([storage.close(), firestore.close(), monitoring.close()]);
    },
  };
}

const fieldsOf = (record: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, wire(value)]));

function wire(value: unknown): object {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(wire) } };
  return { mapValue: { fields: fieldsOf(value as object) } };
}

function httpOf(pages: ReadonlyMap<string, { status: number; body: string }>): HttpPort {
  return {
    async request(url) {
      const page = pages.get(url);
      if (page === undefined) throw new PortError('http', 'unavailable', 'no answer');
      const rest = { headers: {}, truncated: false as const, durationMs: 1, remoteAddress: '192.0.2.1', digest: '' };
      return { status: page.status, body: Buffer.from(page.body), ...rest };
    },
  };
}

function servicesOf(deployed: ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>): Partial<ServicesPort> {
  const environmentsOf = (name: string) => {
    const found = deployed.get(name);
    if (found === undefined) throw new PortError('services', 'not-found', `no service ${name}`);
    return found;
  };
  return {
    async describe(name) {
      const last = `${name}-${environmentsOf(name).length - 1}`;
      const state = { etag: 'e', reconciling: false, ready: true, generationObserved: true, token: 0 };
      const traffic = [
        { revision: `${name}-0`, percent: 100 },
        { revision: last, percent: 0, tag: 'next' },
      ];
      return { ...state, name, latestReadyRevision: last, latestCreatedRevision: last, traffic };
    },
    async revision(name, revision) {
      const environment = environmentsOf(name)[Number(revision.split('-').at(-1))] ?? {};
      const none = { serviceAccount: null, concurrency: null, cpu: null, livenessProbe: null, startupProbe: null };
      return { name: revision, createdAt: AT, ready: true, image: 'i', runtime: null, ...none, environment };
    },
  };
}

function repositoriesOf(tracked: ReadonlyMap<string, readonly string[]>): Partial<RepositoriesPort> {
  return {
    async listRefs({ name }) {
      if (!tracked.has(name)) throw new PortError('repositories', 'not-found', `no repository ${name}`);
      const refs = new Map([['refs/heads/main', sha256(name).slice(0, 40)]]);
      return { refs, peeled: new Map(), capabilities: new Set() };
    },
    async listFiles({ name }) {
      return (tracked.get(name) ?? []).map((path) => ({ path, id: sha256(path).slice(0, 40), kind: 'file' }));
    },
  };
}

evidenceContract('Google Cloud', world);

async function all(set: EvidenceSet): Promise<EvidenceRecord[]> {
  const records: EvidenceRecord[] = [];
  for await (const record of set.records) records.push({ ...record });
  return records;
}

describe('evidence on Google Cloud', () => {
  const failsWith = (code: PortErrorCode, text: RegExp) => (error: unknown) =>
    error instanceof PortError && error.code === code && text.test(error.message);
  const orders = { name: 'orders', uri: 'firestore:orders', format: 'ndjson' } as const;
  const metrics = { name: 'metrics', uri: 'metrics', format: 'ndjson' } as const;

  it('reads every kind of value of a document as JSON would write it', async (t) => {
    const { port, firestore, close } = await world();
    t.after(close);
    firestore.documents.set(`${ROOT}/orders/1`, {
      at: { timestampValue: { seconds: '1795512600', nanos: 123_000_000 } },
      big: { integerValue: '9007199254740993' },
      ref: { referenceValue: `${ROOT}/customers/7` },
      place: { geoPointValue: { latitude: 1.5, longitude: -2 } },
      bytes: { bytesValue: Buffer.from('abc') },
      list: { arrayValue: { values: [{ integerValue: '1' }, { nullValue: 'NULL_VALUE' }] } },
    });
    assert.deepEqual(await all(await port.open(orders, {})), [
      {
        _id: '1',
        at: '2026-11-24T09:30:00.123Z',
        big: '9007199254740993',
        ref: 'customers/7',
        place: { latitude: 1.5, longitude: -2 },
        bytes: 'YWJj',
        list: [1, null],
      },
    ]);
  });

  it('reads a collection of many pages, each document once', async (t) => {
    const { port, firestore, close } = await world();
    t.after(close);
    for (let index = 0; index < 2500; index += 1)
      firestore.documents.set(`${ROOT}/orders/${String(index).padStart(5, '0')}`, {
        n: { integerValue: String(index) },
      });
    const records = await all(await port.open(orders, {}));
    assert.equal(records.length, 2500);
    assert.equal(new Set(records.map(({ n }) => n)).size, 2500);
    assert.equal(firestore.faults.calls.length, 3);
  });

  it('says which permission is missing, and that a page that fails is no end', async (t) => {
    const { port, firestore, monitoring, close } = await world();
    t.after(close);
    firestore.faults.next('runQuery', { kind: 'before', code: 7 });
    await assert.rejects(port.open(orders, {}), failsWith('permission-denied', /datastore\.entities\.list/));
    monitoring.faults.next('listTimeSeries', { kind: 'before', code: 7 });
    await assert.rejects(port.open(metrics, {}), failsWith('permission-denied', /monitoring\.timeSeries\.list/));
    for (let index = 0; index < 1001; index += 1)
      firestore.documents.set(`${ROOT}/orders/${String(index).padStart(5, '0')}`, { n: { integerValue: '1' } });
    firestore.faults.next('runQuery', { kind: 'stall', until: Promise.resolve() }, { kind: 'before', code: 14 });
    await assert.rejects(all(await port.open(orders, {})), failsWith('unavailable', /firestore:orders/));
  });

  it('reads the newest values of all metrics, as old as the newest of them', async (t) => {
    const { port, monitoring, close } = await world();
    t.after(close);
    const place = { projectId: 'p1', region: 'us-central1', endpoint: monitoring.endpoint };
    const writer = createCloudMetrics({ ...place, namespace: 'highnoon', clock: { now: () => AT } });
    const labels = { phase: 'x', environment: 'e' };
    await writer.write([
      { metric: 'scheduler_success_rate', labels, at: AT, value: { kind: 'double', value: 0.75 } },
      {
        metric: 'scheduler_execution_duration_ms',
        labels,
        startAt: '2026-11-24T00:00:00.000Z',
        at: '2026-11-24T08:00:00.000Z',
        value: { kind: 'distribution', value: { count: 4, mean: 2.5, sumOfSquaredDeviation: 0, buckets: [] } },
      },
    ]);
    const set = await port.open(metrics, {});
    assert.equal(set.updatedAt, AT);
    assert.deepEqual(await all(set), [
      { metric: 'scheduler_success_rate', labels, at: AT, value: 0.75, samples: 1 },
      { metric: 'scheduler_execution_duration_ms', labels, at: '2026-11-24T08:00:00.000Z', value: 2.5, samples: 4 },
    ]);
  });
});
