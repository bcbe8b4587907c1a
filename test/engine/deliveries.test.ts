import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { OutboxRecord } from '../../shared/domain/outbox.ts';
import type { Point } from '../../shared/domain/points.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { guardedPorts } from '../../shared/engine/guarded-ports.ts';
import { bodyOf, deliver } from '../../shared/engine/outbox.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { withoutSecrets } from '../../shared/engine/strike-secrets.ts';
import { writeReport } from '../../shared/engine/write-report.ts';
import {
  createTestEngine,
  greenPhases,
  scheduled,
  slotIdAt,
  TestResource,
  testAction,
  testCheck,
  testPhase,
} from '../support/engine.ts';

const AT = '2026-11-24T10:30:00.000Z';
const point = (metric: string, at = AT): Point => ({ metric, labels: {}, at, value: { kind: 'int64', value: 1 } });
const owing = (change: Partial<OutboxRecord>): OutboxRecord => ({
  id: 'x',
  createdAt: AT,
  points: [],
  escalations: [],
  wakes: [],
  reports: [],
  ...change,
});

/** Delivers a record that is stored; answers whether nothing is owed any more, and what is. */
async function delivered(record: OutboxRecord, change: Partial<Engine> = {}, before: Record<string, object> = {}) {
  const world = createTestEngine(AT, {}, change);
  await world.documents.transact(async (transaction) => {
    transaction.set(paths.outbox('x'), record);
    for (const [path, data] of Object.entries(before)) transaction.set(path, data);
  });
  const isDone = await deliver(world.engine, record);
  const left = await world.documents.get<OutboxRecord>(paths.outbox('x'));
  const topics: string[] = [];
  for (let message = world.publisher.take(); message !== undefined; message = world.publisher.take())
    topics.push(message.topic);
  return { isDone, left, topics, logs: world.logs.map(({ message }) => message) };
}

describe('what is owed', () => {
  it('of points is what may be tried again; what was refused or is too old is given up', async () => {
    const written: string[] = [];
    const outcomes = { a: 'written', b: 'retry', c: 'refused' } as Record<string, 'written' | 'retry' | 'refused'>;
    const metrics = {
      write: async (points: readonly Point[]) => {
        written.push(...points.map(({ metric }) => metric));
        return points.map(({ metric }) => ({ outcome: outcomes[metric] ?? 'written' }));
      },
    } as never;
    const old = point('old', plusSeconds(AT, -25 * 3600));
    const points = [point('a'), point('b'), point('c'), old, point('young', plusSeconds(AT, -25 * 3600 + 1))];
    const { isDone, left, logs } = await delivered(owing({ points }), { metrics });
    assert.deepEqual(written, ['a', 'b', 'c', 'young']);
    assert.deepEqual([isDone, left?.points.map(({ metric }) => metric)], [false, ['b']]);
    assert.ok(logs.includes('points were refused and are given up'));
    const fine = await delivered(owing({ points: [point('a')] }), { metrics });
    assert.deepEqual([fine.isDone, fine.left, fine.logs], [true, undefined, []]);
    written.length = 0;
    assert.equal((await delivered(owing({ points: [old] }), { metrics })).isDone, true);
    assert.deepEqual(written, [], 'nothing to say is not said');
  });

  it('of an escalation is owed until it was acknowledged', async () => {
    const escalations = ['e'];
    const waiting = await delivered(
      owing({ escalations }),
      {},
      { [paths.escalation('e')]: { id: 'e', acknowledgedAt: null } },
    );
    assert.deepEqual([waiting.isDone, waiting.left?.escalations, waiting.topics], [false, ['e'], ['escalations']]);
    const told = await delivered(
      owing({ escalations }),
      {},
      { [paths.escalation('e')]: { id: 'e', acknowledgedAt: AT } },
    );
    assert.deepEqual([told.isDone, told.topics], [true, []]);
    const unknown = await delivered(owing({ escalations }));
    assert.deepEqual([unknown.isDone, unknown.topics], [true, []]);
  });

  it('of a message is kept when it cannot be sent, and a record that is gone is not made again', async () => {
    const wakes = [
      { phase: 't-90-prep' as const, dueAt: AT },
      { phase: 'weekly-risk-review' as const, dueAt: AT },
    ];
    const publisher = {
      trigger: async (phase: string) => {
        if (phase === 't-90-prep') throw new PortError('publisher', 'unavailable', 'no');
      },
    } as never;
    const { isDone, left } = await delivered(owing({ wakes }), { publisher });
    assert.deepEqual([isDone, left?.wakes], [false, wakes.slice(0, 1)]);
    const world = createTestEngine(AT, {}, { publisher });
    assert.equal(await deliver(world.engine, owing({ wakes })), false);
    assert.equal(await world.documents.get(paths.outbox('x')), undefined);
    assert.deepEqual(bodyOf({ phase: 't-90-prep', dueAt: AT }), {
      phase: 't-90-prep',
      trigger: 'sweep',
      slot: '2026-11-24T10:30:00Z',
    });
    assert.deepEqual(bodyOf({ phase: 't-90-prep', dueAt: AT, shard: { runId: 'r', id: 's' } }), {
      phase: 't-90-prep',
      trigger: 'continuation',
      runId: 'r',
      shard: 's',
    });
  });

  it('of a report is written once where there is none, and over the one that is there otherwise', async () => {
    const writes: [uri: string, when: unknown][] = [];
    const stood = new Set(['gs://reports/2026-11-24/readiness.md']);
    const objects = {
      stat: async (uri: string) => (stood.has(uri) ? { generation: '7' } : undefined),
      write: async (uri: string, _body: unknown, { when }: { when: unknown }) => void writes.push([uri, when]),
    };
    const world = createTestEngine(AT, {});
    const engine = { ...world.engine, ports: { ...world.engine.ports, objects } } as unknown as Engine;
    const weekly: string[] = [];
    const full: Engine = { ...engine, writeWeeklyReport: async (_engine, { slotId }) => void weekly.push(slotId) };
    const base = { date: '2026-11-24', attempt: 1 };
    await writeReport(engine, { kind: 'readiness', slotId: slotIdAt('t-30-final-check', AT), ...base });
    await writeReport(engine, { kind: 'high-noon', slotId: slotIdAt('high-noon-sync', AT), ...base });
    await writeReport(engine, { kind: 'weekly', slotId: 'w', ...base });
    await writeReport(full, { kind: 'weekly', slotId: 'w', ...base });
    assert.deepEqual(weekly, ['w']);
    assert.deepEqual(writes, [
      ['gs://reports/2026-11-24/readiness.md', { generation: '7' }],
      ['gs://reports/2026-11-24/readiness.json', 'absent'],
      ['gs://reports/2026-11-24/high-noon-sync.md', 'absent'],
      ['gs://reports/2026-11-24/high-noon-sync.json', 'absent'],
    ]);
  });
});

describe('the ports of an operation', () => {
  const limits = { triesPerCall: 3 };
  const engineWith = (objects: object) =>
    ({
      ports: { objects, http: {} },
      limits,
      ids: { random: () => 0 },
      clock: { sleep: async () => {} },
    }) as unknown as Engine;
  const open = (
    objects: object,
    mode: 'run' | 'dry-run' | 'rehearsal' = 'run',
    signal = new AbortController().signal,
  ) =>
    guardedPorts(engineWith(objects), ['objects'], mode, signal) as unknown as Record<
      string,
      Record<string, (...all: unknown[]) => unknown>
    >;

  it('are those it named, with what writes shut outside a run', async () => {
    const written: unknown[] = [];
    const objects = { write: (uri: string) => written.push(uri), size: 5 };
    assert.deepEqual(Object.keys(open(objects)), ['objects']);
    assert.equal(open(objects).objects?.size, 5);
    open(objects).objects?.write?.('gs://a');
    for (const mode of ['dry-run', 'rehearsal'] as const)
      assert.throws(() => open(objects, mode).objects?.write?.('gs://b'), new RegExp(`a ${mode} called objects.write`));
    assert.deepEqual(written, ['gs://a']);
  });

  it('read three times what cannot be reached, write once, and give streams as they are', async () => {
    let tried = 0;
    const failing = (times: number) => async () => {
      tried += 1;
      if (tried <= times) throw new PortError('objects', 'unavailable', 'no');
      return tried;
    };
    const reading = async (times: number) => {
      tried = 0;
      return open({ stat: failing(times) }).objects?.stat?.('u');
    };
    assert.deepEqual([await reading(0), await reading(2)], [1, 3]);
    await assert.rejects(reading(3) as Promise<unknown>, /no/);
    assert.equal(tried, 3);
    tried = 0;
    await assert.rejects(open({ write: failing(1) }).objects?.write?.('u') as Promise<unknown>);
    assert.equal(tried, 1);
    const stream = { read: () => 'part' };
    assert.equal(open({ open: () => stream }).objects?.open?.(), stream);
  });

  it('say that they were interrupted when the operation’s time is over', async () => {
    const aborted = AbortSignal.abort();
    const broken = { stat: () => Promise.reject(new Error('torn')) };
    await assert.rejects(
      open(broken, 'run', aborted).objects?.stat?.() as Promise<unknown>,
      (error: unknown) => error instanceof PortError && error.code === 'deadline-exceeded',
    );
    await assert.rejects(open(broken).objects?.stat?.() as Promise<unknown>, /torn/);
    const refused = { stat: () => Promise.reject(new PortError('objects', 'not-found', 'gone')) };
    await assert.rejects(open(refused, 'run', aborted).objects?.stat?.() as Promise<unknown>, /gone/);
  });
});

describe('what an operation says', () => {
  it('loses its secrets, in keys and values however deep, and is the same otherwise', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const plain = { findings: [{ message: 'fine', facts: { deep: [1, null, true, 'text'] } }], evidence: [] } as never;
    assert.equal(withoutSecrets(plain), plain);
    const told = {
      findings: [{ message: `it said ${secret}`, facts: { [secret]: ['x', secret] } }],
      evidence: [],
    } as never;
    const text = JSON.stringify(withoutSecrets(told));
    assert.ok(!text.includes(secret), text);
    assert.equal(text.match(/struck out/g)?.length, 3);
  });
});

describe('a look', () => {
  it('says of each effect whether it would change something, and of which attempt it speaks', async () => {
    const resource = new TestResource();
    const phases = {
      ...greenPhases(resource),
      't-90-prep': testPhase('t-90-prep', [
        testCheck('look', () => [fails({ code: 'c', subject: 's', message: 'm', remedy: 'r' })], { failure: 'soft' }),
        testAction('stage', resource, 'one'),
      ]),
    };
    const world = createTestEngine(AT, phases);
    const look = async () => {
      const outcome = await runPhase(world.engine, scheduled('t-90-prep', AT, { dryRun: true }));
      assert.ok(outcome.kind === 'looked');
      return outcome.result;
    };
    const first = await look();
    assert.deepEqual(
      [first.attempt, first.verdict, first.wouldDo.stage?.map(({ effect }) => effect)],
      [1, 'degraded', ['change']],
    );
    assert.deepEqual(Object.keys(first.wouldDo), ['stage'], 'a check would do nothing');
    await runPhase(world.engine, scheduled('t-90-prep', AT));
    const second = await look();
    assert.deepEqual([second.attempt, second.wouldDo.stage?.[0]?.effect], [2, 'none']);
    assert.match(second.wouldDo.stage?.[0]?.detail ?? '', /already so/);
    const calls = resource.calls.length;
    const rehearsed = await runPhase(
      world.engine,
      scheduled('t-90-prep', '2026-11-24T15:00:00.000Z', { kind: 'manual' }),
    );
    assert.ok(rehearsed.kind === 'looked');
    assert.deepEqual(
      rehearsed.result.checkpoints.map(({ operation }) => operation),
      ['look'],
    );
    assert.equal(resource.calls.length, calls);
  });

  it('at a phase that asks nothing cannot tell', async () => {
    const world = createTestEngine(AT, { 't-90-prep': testPhase('t-90-prep', []) });
    const outcome = await runPhase(world.engine, scheduled('t-90-prep', AT, { dryRun: true }));
    assert.equal(outcome.kind === 'looked' && outcome.result.verdict, 'inconclusive');
  });
});
