import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { FirestoreDocuments } from '../../../shared/adapters/gcp/documents.ts';
import { firestoreCollections } from '../../../shared/adapters/gcp/evidence-collections.ts';
import { FirestoreMemory } from '../../../shared/adapters/gcp/memory.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { transact } from '../../../shared/engine/transact.ts';
import { cannotTell } from '../../../shared/operations/support/cannot-tell.ts';
import type { Transaction } from '../../../shared/ports/documents.ts';
import { type Emulator, missingEmulators, startEmulator } from '../../emulators/emulators.ts';
import { type FirestoreProxy, startFirestoreProxy } from '../../standins/firestore-proxy.ts';
import { createTestEngine, greenPhases, TestResource } from '../../support/engine.ts';

const skip = missingEmulators(['firestore']) ?? false;
const ABORTED = 10;
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const PERMISSION_DENIED = 7;
const NOT_FOUND = 5;

const clock = { sleep: async () => {} };
const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));

describe('the errors of Firestore, through its own client', { skip }, () => {
  let emulator: Emulator;
  let proxy: FirestoreProxy;
  let documents: FirestoreDocuments;
  let projectId: string;
  before(async () => {
    emulator = await startEmulator('firestore');
  });
  after(() => emulator?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    proxy = await startFirestoreProxy(emulator.host);
    projectId = `test-${randomUUID().slice(0, 13)}`;
    documents = new FirestoreDocuments({
      projectId,
      databaseId: '(default)',
      emulatorHost: proxy.endpoint,
      clock,
      ids: { random: () => 0 },
    });
  });
  afterEach(async () => {
    await documents.close();
    await proxy.close();
  });

  const calls = (method: string) => proxy.faults.calls.filter((one) => one === method).length;
  const fails = (method: string, kind: 'before' | 'after', ...codes: number[]) =>
    proxy.faults.next(method, ...codes.map((code) => ({ kind, code })));
  /** The engine's layer above the adapter, without waiting. */
  const engine = () => {
    const { engine: own } = createTestEngine('2026-11-24T10:30:00.000Z', greenPhases(new TestResource()));
    return { ...own, documents, clock: { ...own.clock, now: () => own.clock.now(), monotonicMs: () => 0, ...clock } };
  };
  /** Adds one to a number, and knows by its own mark that it did. */
  const once = (mark: string) => async (transaction: Transaction) => {
    const known = await transaction.get<{ n: number; mark: string }>('slots/a');
    if (known?.mark === mark) return known.n;
    transaction.set('slots/a', { n: (known?.n ?? 0) + 1, mark });
    return (known?.n ?? 0) + 1;
  };

  it('contention is tried five times, each with the whole body, and then told', async () => {
    fails('commit', 'before', ABORTED, ABORTED, ABORTED, ABORTED);
    assert.equal(await documents.transact(once('first')), 1);
    assert.deepEqual([calls('commit'), calls('batchGetDocuments')], [5, 5]);
    fails('commit', 'before', ABORTED, ABORTED, ABORTED, ABORTED, ABORTED);
    await assert.rejects(documents.transact(once('second')), failsWith('aborted'));
    assert.equal(calls('commit'), 10);
    assert.deepEqual(await documents.get('slots/a'), { n: 1, mark: 'first' });
  });

  it('contention is not tried again by the layer above: five commits are all', async () => {
    fails('commit', 'before', ...Array.from({ length: 20 }, () => ABORTED));
    await assert.rejects(transact(engine(), once('first')), failsWith('aborted'));
    assert.equal(calls('commit'), 5);
  });

  for (const [name, code, known] of [
    ['UNAVAILABLE', UNAVAILABLE, 'unavailable'],
    ['DEADLINE_EXCEEDED', DEADLINE_EXCEEDED, 'deadline-exceeded'],
  ] as const) {
    it(`${name} of a commit is told at once by the adapter, as an outcome that nobody knows`, async () => {
      fails('commit', 'before', code);
      await assert.rejects(
        documents.transact(once('first')),
        (error) => failsWith(known)(error) && (error as PortError).ambiguous,
      );
      assert.equal(calls('commit'), 1);
    });

    for (const kind of ['before', 'after'] as const)
      it(`${name} ${kind} a commit took effect ends with one write: the body knows its own`, async () => {
        fails('commit', kind, code);
        assert.equal(await transact(engine(), once('first')), 1);
        assert.deepEqual(await documents.get('slots/a'), { n: 1, mark: 'first' });
        assert.equal(calls('commit'), kind === 'before' ? 2 : 1);
      });

    it(`${name} that stays is given up after three tries, in one layer`, async () => {
      fails('commit', 'before', code, code, code, code);
      await assert.rejects(transact(engine(), once('first')), failsWith(known));
      assert.equal(calls('commit'), 3);
    });

    it(`${name} of a read or a query is told after one call: no client tries again by itself`, async () => {
      fails('batchGetDocuments', 'before', code);
      await assert.rejects(documents.get('slots/a'), failsWith(known));
      fails('runQuery', 'before', code);
      await assert.rejects(documents.query('slots'), failsWith(known));
      assert.deepEqual([calls('batchGetDocuments'), calls('runQuery')], [1, 1]);
    });
  }

  it('a query that breaks in the middle gives nothing rather than a part', async () => {
    for (const id of ['a', 'b', 'c', 'd'])
      await documents.transact(async (transaction) => transaction.set(`slots/${id}`, { id }));
    fails('runQuery', 'after', UNAVAILABLE);
    await assert.rejects(documents.query('slots'), failsWith('unavailable'));
    assert.equal((await documents.query('slots')).length, 4);
  });

  it('a capture goes on after its last document, three tries without progress in one layer', async () => {
    const memory = new FirestoreMemory({ projectId, databaseId: '(default)', emulatorHost: proxy.endpoint, clock });
    const readTime = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
    for (const id of ['a', 'b', 'c', 'd'])
      await documents.transact(async (transaction) => transaction.set(`behavioral/${id}`, { id }));
    const reader = new FirestoreMemory({
      projectId,
      databaseId: '(default)',
      emulatorHost: proxy.endpoint,
      clock,
      ignoresReadTime: true,
    });
    const captured = async () => {
      const paths: string[] = [];
      for await (const { path } of reader.capture('behavioral', { readTime })) paths.push(path);
      return paths;
    };
    fails('runQuery', 'after', UNAVAILABLE);
    assert.deepEqual(
      await captured(),
      ['a', 'b', 'c', 'd'].map((id) => `behavioral/${id}`),
    );
    assert.equal(calls('runQuery'), 2);
    fails('runQuery', 'before', UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    await assert.rejects(captured(), failsWith('unavailable'));
    assert.equal(calls('runQuery'), 5);
    await Promise.all([memory.close(), reader.close()]);
  });

  it('a batch of restored documents is written again when its answer was lost, and is the same', async () => {
    const memory = new FirestoreMemory({ projectId, databaseId: '(default)', emulatorHost: proxy.endpoint, clock });
    await documents.transact(async (transaction) => transaction.set('behavioral/a', { id: 'a' }));
    const reader = new FirestoreMemory({
      projectId,
      databaseId: '(default)',
      emulatorHost: proxy.endpoint,
      clock,
      ignoresReadTime: true,
    });
    const before = calls('commit');
    fails('commit', 'after', UNAVAILABLE);
    await memory.restore('behavioral', reader.capture('behavioral', { readTime: '2026-11-24T10:30:00.000Z' }));
    assert.equal(calls('commit') - before, 2);
    assert.deepEqual(await documents.get('behavioral/a'), { id: 'a' });
    await Promise.all([memory.close(), reader.close()]);
  });

  it('a quota that is used up is told as such, by what it is about', async () => {
    proxy.faults.next('commit', { kind: 'before', code: RESOURCE_EXHAUSTED, text: 'Quota exceeded for writes' });
    await assert.rejects(
      documents.transact(once('first')),
      failsWith('resource-exhausted', /quota or rate limit is used up.*Quota exceeded for writes/),
    );
    assert.equal(calls('commit'), 1);
  });

  it('a missing permission names itself and the database, is not tried again, and never reads as down', async () => {
    fails('batchGetDocuments', 'before', PERMISSION_DENIED);
    const refused = await transact(engine(), once('first')).catch((error: unknown) => error);
    assert.ok(failsWith('permission-denied', /lacks datastore\.entities\.get and \.update on .*databases/)(refused));
    assert.equal(calls('batchGetDocuments'), 1);
    const collections = firestoreCollections({ projectId, databaseId: '(default)', emulatorHost: proxy.endpoint });
    fails('runQuery', 'before', PERMISSION_DENIED);
    const unread = await collections.open('orders', {}).catch((error: unknown) => error);
    const finding = cannotTell(unread, 'evidence/orders', 'the orders cannot be read');
    assert.equal(finding.code, 'permission-denied');
    assert.match(finding.message, /lacks datastore\.entities\.list/);
    assert.doesNotMatch(`${finding.code} ${finding.message}`, /unreachable|down/);
    assert.equal(calls('runQuery'), 1);
  });

  it('a database that is not there is told as absent, by its name, and is not tried again', async () => {
    const text = `The database (default) does not exist for project ${projectId}`;
    proxy.faults.next('commit', { kind: 'before', code: NOT_FOUND, text });
    await assert.rejects(
      transact(engine(), once('first')),
      failsWith('not-found', /database \(default\) does not exist/),
    );
    assert.equal(calls('commit'), 1);
  });
});
