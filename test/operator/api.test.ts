import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { ledgerWhole } from '../../shared/operator/api/ledger-view.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import { greenPhases, TestResource, testCheck, testPhase } from '../support/engine.ts';
import { DATE, json, openOperator } from './support.ts';

const red = () =>
  testPhase('t-30-final-check', [
    testCheck('check-world', () => [
      fails({ code: 'down', subject: 'world', message: 'the world is down', remedy: 'lift it' }),
    ]),
  ]);

const kindsOf = (stored: Record<string, string>): string[] =>
  Object.entries(stored)
    .filter(([path]) => path.startsWith('ledger/'))
    .map(([, data]) => (JSON.parse(data) as LedgerEntry).kind);

describe('acts through the API', () => {
  it('are done in the name that the proxy asserted, each with its line in the ledger', async () => {
    using operator = await openOperator();
    const held = await operator.as('ANA@example.com', '/api/acts/hold', { reason: 'supplier' });
    assert.equal(held.status, 200, held.body);
    assert.equal(json(held).actor, 'ana@example.com');
    const released = await operator.as('ana@example.com', '/api/acts/release', { reason: 'it is back', slot: DATE });
    assert.equal(released.status, 200, released.body);
    const locked = await operator.as('sam@example.com', '/api/acts/lockdown', { reason: 'a report' });
    assert.equal(locked.status, 200, locked.body);
    const own = await operator.as('Sam@example.com', '/api/acts/unlock', { epoch: 1, reason: 'nothing found' });
    assert.equal(own.status, 409, own.body);
    const wrongEpoch = await operator.as('kim@example.com', '/api/acts/unlock', { epoch: 2, reason: 'nothing found' });
    assert.equal(wrongEpoch.status, 409);
    const lifted = await operator.as('kim@example.com', '/api/acts/unlock', { epoch: 1, reason: 'nothing found' });
    assert.equal(lifted.status, 200, lifted.body);
    assert.deepEqual(kindsOf(operator.stored()), ['hold-set', 'hold-released', 'lockdown-set', 'lockdown-released']);
    const actors = Object.entries(operator.stored())
      .filter(([path]) => path.startsWith('ledger/'))
      .map(([, data]) => (JSON.parse(data) as LedgerEntry).actor);
    assert.deepEqual(actors, ['ana@example.com', 'ana@example.com', 'sam@example.com', 'kim@example.com']);
    assert.ok((await ledgerWhole(operator.engine)).intact);
  });

  it('take each role for what it may, and a service account for a looker wherever it stands', async () => {
    using operator = await openOperator();
    const bodies: Record<string, unknown> = {
      hold: { reason: 'x' },
      release: { reason: 'x' },
      override: { slot: `t-90-prep@${DATE}T10:30Z`, finding: 'a/b/c', until: `${DATE}T12:00:00Z`, reason: 'x' },
      rerun: { phase: 't-90-prep', reason: 'x' },
      lockdown: { reason: 'x' },
      unlock: { epoch: 0, reason: 'x' },
      waive: { finding: 'GR-2', until: '2026-12-01T00:00:00Z', reason: 'x' },
      'access-approve': { proposal: 'p1', reason: 'x' },
    };
    const mayNot: Record<string, readonly string[]> = {
      'vic@example.com': Object.keys(bodies),
      'robot@p.iam.gserviceaccount.com': Object.keys(bodies),
      'rogue@p.iam.gserviceaccount.com': Object.keys(bodies),
      'ana@example.com': ['lockdown', 'unlock', 'waive', 'access-approve'],
    };
    const before = operator.stored();
    for (const [person, acts] of Object.entries(mayNot)) {
      for (const act of acts) {
        const reply = await operator.as(person, `/api/acts/${act}`, bodies[act]);
        assert.equal(reply.status, 403, `${person} ${act}: ${reply.body}`);
      }
      const look = await operator.as(person, '/api/status');
      assert.equal(look.status, 200);
      assert.equal((await operator.as(person, '/api/acts/dry-run', { phase: 't-90-prep' })).status, 200);
    }
    const stranger = await operator.as('eve@example.com', '/api/status');
    assert.equal(stranger.status, 403);
    assert.deepEqual(operator.stored(), before);
  });

  it('need a header that another site cannot send, and JSON, and no foreign origin', async () => {
    using operator = await openOperator();
    const token = await operator.proxy.sign({ email: 'ana@example.com' });
    const own = { 'x-goog-iap-jwt-assertion': token };
    const body = JSON.stringify({ reason: 'x' });
    const post = (headers: Record<string, string>) =>
      operator.send({ method: 'POST', path: '/api/acts/hold', headers: { ...own, ...headers }, body });
    const before = operator.stored();
    assert.equal((await post({ 'content-type': 'application/json' })).status, 403);
    assert.equal((await post({ 'content-type': 'text/plain', 'x-highnoon-act': '1' })).status, 415);
    const complete = { 'content-type': 'application/json', 'x-highnoon-act': '1' };
    assert.equal((await post({ ...complete, origin: 'https://evil.example' })).status, 403);
    assert.equal((await post({ ...complete, origin: 'null' })).status, 403);
    assert.equal((await post({ ...complete, 'sec-fetch-site': 'same-site' })).status, 403);
    assert.deepEqual(operator.stored(), before);
    assert.equal((await post({ ...complete, origin: 'https://operator.example' })).status, 200);
  });

  it('are refused with the place of each mistake', async () => {
    using operator = await openOperator();
    const before = operator.stored();
    for (const [act, body, place] of [
      ['hold', {}, 'reason'],
      ['hold', { reason: ' ' }, 'reason'],
      ['hold', { reason: 'a\u202eb' }, 'reason'],
      ['hold', { reason: 'x', slot: '2026-02-30' }, 'slot'],
      ['hold', { reason: 'x', slot: 't-90-prep@2026-11-24T10:30Z' }, 'slot'],
      ['release', { reason: 'x', slot: '2026-11-24T10:30:00Z' }, 'slot'],
      ['hold', { reason: 'x', force: true }, ''],
      ['rerun', { phase: 't-91', reason: 'x' }, 'phase'],
      ['override', { slot: 'noon', finding: 'a/b/c', until: 'later', reason: 'x' }, 'slot'],
    ] as const) {
      const reply = await operator.as('ana@example.com', `/api/acts/${act}`, body);
      assert.equal(reply.status, 400, reply.body);
      assert.equal(json<{ mistakes: { path: string }[] }>(reply).mistakes[0]?.path, place, reply.body);
    }
    assert.equal((await operator.as('ana@example.com', '/api/acts/hold', '{')).status, 400);
    assert.equal((await operator.as('ana@example.com', '/api/acts/hold', { reason: 'x'.repeat(20_000) })).status, 413);
    assert.equal((await operator.as('ana@example.com', '/api/acts/frobnicate', {})).status, 404);
    assert.equal((await operator.as('ana@example.com', '/api/acts/hold')).status, 405);
    assert.deepEqual(operator.stored(), before);
  });

  it('ask for a rerun by message when the stored state allows it, and say why when not', async () => {
    using operator = await openOperator();
    const body = { phase: 't-30-final-check', reason: 'dataset restored' };
    operator.setPhases({ ...greenPhases(new TestResource()), 't-30-final-check': red() });
    await operator.run('t-90-prep', '10:30');
    await operator.run('t-30-final-check', '11:30');
    while (operator.publisher.take() !== undefined);
    const passed = await operator.as('ana@example.com', '/api/acts/rerun', { ...body, phase: 't-90-prep' });
    assert.equal(passed.status, 409);
    assert.match(passed.body, /not-rerunnable/);
    assert.equal(operator.publisher.size, 0);
    const asked = await operator.as('ana@example.com', '/api/acts/rerun', body);
    assert.equal(asked.status, 200, asked.body);
    const message = operator.publisher.take();
    assert.deepEqual(message?.data, {
      phase: 't-30-final-check',
      trigger: 'manual',
      rerun: true,
      slot: `${DATE}T11:30:00Z`,
      reason: 'dataset restored',
    });
    assert.ok(kindsOf(operator.stored()).includes('rerun-asked'));
    operator.clock.advanceTo(`${DATE}T12:21:00.000Z`);
    const late = await operator.as('ana@example.com', '/api/acts/rerun', body);
    assert.match(late.body, /rerun-too-late/);
  });

  it('override one finding until its time', async () => {
    using operator = await openOperator();
    operator.setPhases({ ...greenPhases(new TestResource()), 't-30-final-check': red() });
    await operator.run('t-90-prep', '10:30');
    await operator.run('t-30-final-check', '11:30');
    const body = {
      slot: `${DATE}T11:30:00Z`,
      finding: 'check-world/world/down',
      until: `${DATE}T12:50:00Z`,
      reason: 'known',
    };
    const granted = await operator.as('ana@example.com', '/api/acts/override', body);
    assert.equal(granted.status, 200, granted.body);
    const status = json<{ overrides: { actor: string }[] }>(await operator.as('vic@example.com', '/api/status'));
    assert.equal(status.overrides[0]?.actor, 'ana@example.com');
  });

  it('approve a proposal of the newest weekly review once', async () => {
    using operator = await openOperator();
    const approve = () =>
      operator.as('sam@example.com', '/api/acts/access-approve', { proposal: 'p1', reason: 'left' });
    assert.equal((await approve()).status, 409);
    const slotId = 'weekly-risk-review@2026-11-22T12:00Z';
    const summary = { slotId, phase: 'weekly-risk-review', status: 'concluded', attempt: 1 };
    const proposal = { id: 'p1', change: { kind: 'disable-account', email: 'old@example.com' }, why: 'left' };
    await operator.documents.transact(async (transaction) => {
      transaction.set('days/2026-11-22', { date: '2026-11-22', slots: { [slotId]: summary } });
      const checkpoint = { operation: 'review-access', index: 0, output: { proposals: [proposal] } };
      transaction.set(`slots/${slotId}/attempts/1/operations/review-access`, checkpoint);
    });
    const done = await approve();
    assert.equal(done.status, 200, done.body);
    assert.match((await approve()).body, /approved by sam@example.com/);
    const [, line = '{}'] =
      Object.entries(operator.stored())
        .filter(([path]) => path.startsWith('ledger/'))
        .at(-1) ?? [];
    const { kind, detail } = JSON.parse(line) as LedgerEntry;
    assert.deepEqual([kind, (detail as { proposal?: unknown }).proposal], ['access-approved', proposal]);
  });

  it('say that the store is out of reach, and nothing of how', async () => {
    const broken = (error: Error) => new Proxy({} as DocumentsPort, { get: () => () => Promise.reject(error) });
    for (const [error, status] of [
      [new PortError('documents', 'unavailable', 'secret detail'), 503],
      [new Error('secret detail'), 500],
    ] as const) {
      using operator = await openOperator('09:00', { documents: broken(error) });
      const reply = await operator.as('ana@example.com', '/api/acts/hold', { reason: 'x' });
      assert.equal(reply.status, status, reply.body);
      assert.ok(!reply.body.includes('secret detail'));
    }
  });
});

describe('looks through the API', () => {
  it('answer the day, a run with receipts, the report and the ledger', async () => {
    using operator = await openOperator();
    await operator.run('t-90-prep', '10:30');
    const look = (path: string) => operator.as('vic@example.com', path);
    assert.equal(json(await look('/api/status')).schema, 'highnoon.status/1');
    const run = json<{ schema: string; operations: { evidence: unknown[] }[] }>(
      await look(`/api/runs/${encodeURIComponent(`t-90-prep@${DATE}T10:30Z`)}`),
    );
    assert.equal(run.schema, 'highnoon.run/1');
    assert.equal(run.operations[0]?.evidence.length, 1);
    assert.equal((await look('/api/runs/t-90-prep@2026-11-23T10:30Z')).status, 404);
    assert.equal((await look('/api/runs/noon')).status, 400);
    assert.equal((await look('/api/runs/%ff')).status, 400);
    assert.equal(json(await look('/api/report')).schema, 'highnoon.report/1');
    assert.match((await look('/api/report?format=markdown')).body, /^# HIGH NOON SYNC REPORT/);
    const ledger = json<{ intact: boolean; tail: unknown[]; entries: number }>(await look('/api/ledger?count=2'));
    assert.ok(ledger.intact);
    assert.equal(ledger.tail.length, Math.min(2, ledger.entries));
    assert.equal((await look('/api/status?date=2026-13-01')).status, 400);
    assert.equal((await look('/api/ledger?count=1000')).status, 400);
  });

  it('name an entry of the ledger that was changed', async () => {
    using operator = await openOperator();
    await operator.run('t-90-prep', '10:30');
    const path = 'ledger/000000000001';
    const entry = JSON.parse(operator.stored()[path] ?? '{}');
    await operator.documents.transact(async (transaction) => transaction.set(path, { ...entry, actor: 'eve' }));
    const ledger = json<{ intact: boolean; firstBad: { seq: number } }>(
      await operator.as('vic@example.com', '/api/ledger'),
    );
    assert.deepEqual([ledger.intact, ledger.firstBad.seq], [false, 1]);
  });

  it('dry-run a phase and write nothing at all', async () => {
    using operator = await openOperator('11:31');
    const before = operator.stored();
    const reply = await operator.as('vic@example.com', '/api/acts/dry-run', { phase: 'high-noon-sync', slot: DATE });
    assert.equal(reply.status, 200, reply.body);
    const run = json<{ dryRun: boolean; operations: { wouldDo?: unknown[] }[] }>(reply);
    assert.equal(run.dryRun, true);
    assert.ok(run.operations.some(({ wouldDo }) => (wouldDo?.length ?? 0) > 0));
    assert.deepEqual(operator.stored(), before);
  });
});
