import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OsvFault, startOsvServer } from '../../../shared/adapters/local/osv-server.ts';
import { createOsvAdvisories, createRecordCache, retryAfterSecondsOf } from '../../../shared/adapters/osv/index.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { type AdvisoryFault, advisoriesContract, PAGE_SIZE, RECORDS } from '../../contracts/advisories.contract.ts';

const FAULTS: Readonly<Record<AdvisoryFault, OsvFault>> = {
  'rate-limited': { kind: 'status', status: 429, retryAfterSeconds: 17 },
  failing: { kind: 'status', status: 503 },
  cut: { kind: 'truncated' },
  'half-answered': { kind: 'fewer-results' },
  'going-in-circles': { kind: 'endless-pages' },
  'details-lost': { kind: 'lost-details' },
  unreachable: { kind: 'unreachable' },
};

async function world() {
  const server = await startOsvServer({ records: RECORDS, pageSize: PAGE_SIZE });
  const port = createOsvAdvisories({ fetch, baseUrl: `${server.origin}/`, dataUrl: server.origin });
  return { port, server, break: (fault: AdvisoryFault) => server.setFault(FAULTS[fault]), close: () => server.close() };
}

advisoriesContract('OSV client against the local server', world);

describe('the OSV client', () => {
  it('sends at most a thousand questions a request, and each question once', async () => {
    const { port, server, close } = await world();
    const packages = Array.from({ length: 3000 }, (_, index) => ({
      ecosystem: 'npm',
      name: `p${index % 1500}`,
      version: '1.0.0',
    }));
    await port.query(packages);
    assert.equal(server.requests.length, 2);
    await close();
  });

  it('asks for a record once while its time of change stays the same', async () => {
    const { port, server, close } = await world();
    const ref = { id: 'HN-1', modified: '2026-11-01T00:00:00Z' };
    await port.records([ref]);
    await port.records([ref]);
    assert.deepEqual(server.requests, ['GET /v1/vulns/HN-1']);
    server.setRecords([{ ...RECORDS[0], id: 'HN-1', modified: '2026-11-09T00:00:00Z', summary: 'new' }]);
    const [changed] = await port.records([{ id: 'HN-1', modified: '2026-11-09T00:00:00Z' }]);
    assert.equal(changed?.summary, 'new');
    await close();
  });

  it('forgets the record that was used longest ago when the cache is full', () => {
    const cache = createRecordCache(2);
    const [a, b, c] = RECORDS as [(typeof RECORDS)[0], (typeof RECORDS)[0], (typeof RECORDS)[0]];
    cache.set('a', a);
    cache.set('b', b);
    cache.get('a');
    cache.set('c', c);
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [a, undefined, c]);
  });

  it('hands on how long the source asked to be left alone', async () => {
    const { port, break: fail, close } = await world();
    fail('rate-limited');
    await assert.rejects(port.newestChangeAt('npm'), (error) => {
      assert.equal(retryAfterSecondsOf(error), 17);
      return error instanceof PortError && error.retryable;
    });
    await close();
  });

  it('stops asking for records at the first failure', async () => {
    const { server, close } = await world();
    const port = createOsvAdvisories({ fetch, baseUrl: server.origin, concurrency: 1 });
    server.setFault({ kind: 'status', status: 500, path: '/v1/vulns/' });
    await assert.rejects(port.records(RECORDS), (error) => error instanceof PortError && error.code === 'unavailable');
    assert.equal(server.requests.length, 1);
    await close();
  });

  it('never has more requests under way than it may', async () => {
    let now = 0;
    let most = 0;
    const slow: typeof fetch = async (input) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      const id = String(input).split('/').pop() ?? '';
      return new Response(JSON.stringify({ id, modified: 'm' }));
    };
    const port = createOsvAdvisories({ fetch: slow, concurrency: 3 });
    await port.records(Array.from({ length: 20 }, (_, index) => ({ id: `R${index}`, modified: 'm' })));
    assert.equal(most, 3);
  });

  const odd: readonly (readonly [string, Response, string])[] = [
    [
      'a redirect',
      new Response(null, { status: 302, headers: { location: 'http://elsewhere.invalid/' } }),
      'unsupported',
    ],
    ['no results', Response.json({}), 'internal'],
    ['results of another shape', Response.json({ results: [7] }), 'internal'],
    ['an advisory without a time of change', Response.json({ results: [{ vulns: [{ id: 'X' }] }] }), 'internal'],
    ['an empty page of HTML', new Response('<html>'), 'unavailable'],
    ['a refusal', new Response(null, { status: 403 }), 'permission-denied'],
    ['a complaint about the question', new Response(null, { status: 400 }), 'invalid'],
  ];
  for (const [what, response, code] of odd) {
    it(`takes ${what} for ${code}`, async () => {
      const port = createOsvAdvisories({ fetch: async () => response });
      const question = [{ ecosystem: 'npm', name: 'a', version: '1.0.0' }];
      await assert.rejects(port.query(question), (error) => error instanceof PortError && error.code === code);
    });
  }

  it('refuses a record that answers to another id', async () => {
    const port = createOsvAdvisories({ fetch: async () => Response.json({ id: 'OTHER', modified: 'm' }) });
    await assert.rejects(
      port.records([{ id: 'X', modified: 'm' }]),
      (error) => error instanceof PortError && error.code === 'internal',
    );
  });

  it('refuses a body without an end', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024).fill(32)),
    });
    const port = createOsvAdvisories({ fetch: async () => new Response(endless) });
    await assert.rejects(
      port.records([{ id: 'X', modified: 'm' }]),
      (error) => error instanceof PortError && error.code === 'too-large',
    );
  });

  it('keeps names of packages and ids out of its messages', async () => {
    const port = createOsvAdvisories({ fetch: async () => new Response(null, { status: 500 }) });
    await assert.rejects(
      port.records([{ id: 'SECRET-ID', modified: 'm' }]),
      (error) => error instanceof Error && !error.message.includes('SECRET-ID'),
    );
  });
});
