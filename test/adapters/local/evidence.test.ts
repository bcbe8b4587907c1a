import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LocalDocuments } from '../../../shared/adapters/local/documents.ts';
import { createLocalEvidence } from '../../../shared/adapters/local/evidence.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { sha256 } from '../../../shared/domain/json.ts';
import type { HttpPort } from '../../../shared/ports/http.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import type { ServicesPort } from '../../../shared/ports/services.ts';
import {
  CONTRACT_REPOSITORIES,
  CONTRACT_SERVICES,
  type EvidenceWorld,
  evidenceContract,
} from '../../contracts/evidence.contract.ts';
import { sampleConfiguration } from '../../support/configuration.ts';

const AT = '2026-11-24T09:00:00.000Z';
const clock = { now: () => AT };

const configuration = sampleConfiguration(`
repositories:
${CONTRACT_REPOSITORIES.map((name) => `  - {name: ${name}, url: "https://git.example/${name}"}`).join('\n')}
services:
${CONTRACT_SERVICES.map(({ name, releases }) => `  - {name: ${name}, url: "https://${name}.example"${releases ? ', release: {candidate: latest-ready}' : ''}}`).join('\n')}
`);

async function world(): Promise<EvidenceWorld & { readonly documents: LocalDocuments }> {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-evidence-'));
  const objects = new LocalObjects({ data, clock });
  const documents = new LocalDocuments(':memory:', clock);
  const pages = new Map<string, { status: number; body: string }>();
  const deployed = new Map<string, readonly Readonly<Record<string, string>>[]>();
  const tracked = new Map<string, readonly string[]>();
  const port = createLocalEvidence({
    configuration,
    objects,
    documents,
    http: httpOf(pages),
    services: servicesOf(deployed) as ServicesPort,
    repositories: repositoriesOf(tracked) as RepositoriesPort,
  });
  return {
    port,
    documents,
    bucket: 'gs://some-bucket',
    writtenAt: AT,
    writeObject: async (key, content) => {
      await objects.write(`gs://some-bucket/${key}`, Buffer.from(content), { when: 'any' });
    },
    writeCollection: (collection, records) =>
      documents.transact(async (transaction) => {
        for (const [id, record] of Object.entries(records))
          transaction.set(`collections/${collection}/records/${id}`, record);
      }),
    servePage: (url, page) => void pages.set(url, page),
    deploy: (service, environments) => void deployed.set(service, environments),
    track: (repository, paths) => void tracked.set(repository, paths),
    close: async () => {
      objects.close();
      documents.close();
      await rm(data, { recursive: true });
    },
  };
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
      return {
        ...state,
        name,
        latestReadyRevision: last,
        latestCreatedRevision: last,
        traffic: [
          { revision: `${name}-0`, percent: 100 },
          { revision: last, percent: 0, tag: 'next' },
        ],
      };
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

evidenceContract('local', world);

describe('local evidence', () => {
  it('takes the time of a collection from what was written with it', async () => {
    const { port, documents, close } = await world();
    const open = () => port.open({ name: 'orders', uri: 'firestore:orders', format: 'ndjson' }, {});
    assert.equal((await open()).updatedAt, null);
    await documents.transact(async (transaction) => transaction.set('collections/orders', { updatedAt: AT }));
    assert.equal((await open()).updatedAt, AT);
    await close();
  });

  it('reads the newest points of the metrics, as old as the newest of them', async () => {
    const { port, documents, close } = await world();
    const histogram = { count: 4, mean: 2.5, sumOfSquaredDeviation: 0, buckets: [] };
    await documents.transact(async (transaction) => {
      const labels = { phase: 'x' };
      transaction.set('metrics/a', { metric: 'm', labels, at: AT, value: { kind: 'double', value: 7 }, samples: 20 });
      transaction.set('metrics/b', {
        metric: 'h',
        labels,
        at: '2026-11-24T08:00:00.000Z',
        value: { kind: 'distribution', value: histogram },
      });
    });
    const set = await port.open({ name: 'metrics', uri: 'metrics', format: 'ndjson' }, {});
    assert.equal(set.updatedAt, AT);
    const records: unknown[] = [];
    for await (const { metric, value, samples } of set.records) records.push([metric, value, samples]);
    assert.deepEqual(records, [
      ['m', 7, 20],
      ['h', 2.5, 4],
    ]);
    await close();
  });
});
