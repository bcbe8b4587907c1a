import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { result } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Lease, RunningSlot, SlotRecord } from '../../shared/domain/run.ts';
import type { ShardRecord } from '../../shared/domain/shard.ts';
import { checkHoldingShard, parkedRun } from '../../shared/engine/admit-shard.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { checkHolding, LeaseKeeper, LeaseLost } from '../../shared/engine/lease.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { at, Bench, DATE } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const prep = chainSlot('t-90-prep', DATE);
const onPrep = { kind: 'sweep', slotDueAt: at('10:30') } as const;
const evidence = (now: string) => [{ subject: 's', request: 'r', observedAt: now }] as const;

/** A worker whose calls take no time, so that seconds come out exactly. */
function exact(): Bench {
  const bench = new Bench();
  for (const key of ['a', 'b', 'c']) bench.worker(key).isInstant = true;
  return bench;
}
const lasting = (bench: Bench, name: string, ms: number, change: Partial<Operation<PortMap>> = {}) =>
  bench.check(name, undefined, {
    run: async (context) => {
      await bench.worker('a').sleep(ms);
      return result([], evidence(context.now()));
    },
    ...change,
  });
const slotOf = (bench: Bench) => bench.slot('t-90-prep') as RunningSlot;

describe('who holds a run', () => {
  const lease: Lease = { holder: 'h', token: 7, until: at('10:31'), messageId: 'm' };
  const running = { ...prep, status: 'running', attempt: 2, lease, token: 7, parkedFor: 'f' } as unknown as RunningSlot;
  const holding = { slotId: prep.slotId, attempt: 2, holder: 'h', token: 7 };

  it('is who has its attempt, its holder and its token, until its lease ends', () => {
    const held = (change: object | undefined, now = at('10:30')) =>
      checkHolding(change === undefined ? undefined : ({ ...running, ...change } as SlotRecord), holding, now);
    assert.equal(held({}).token, 7);
    for (const change of [
      undefined,
      { status: 'concluded' },
      { attempt: 3 },
      { lease: null },
      { lease: { ...lease, holder: 'x' } },
      { token: 8 },
    ])
      assert.throws(() => held(change), LeaseLost, JSON.stringify(change));
    assert.equal(held({}, '2026-11-24T10:30:59.999Z').attempt, 2);
    assert.throws(() => held({}, at('10:31')), LeaseLost);
  });

  it('of a shard holds it while its run waits for it', () => {
    const shard = { id: 'f~1', fanOut: 'f', status: 'open', lease, token: 7 } as unknown as ShardRecord;
    const held = (record: object | undefined, change: object | undefined, now = at('10:30')) =>
      checkHoldingShard(
        record === undefined ? undefined : ({ ...running, ...record } as SlotRecord),
        change === undefined ? undefined : ({ ...shard, ...change } as ShardRecord),
        holding,
        now,
      );
    assert.equal(held({}, {}).shard.id, 'f~1');
    for (const [record, change] of [
      [undefined, {}],
      [{}, undefined],
      [{ status: 'concluded' }, {}],
      [{ attempt: 3 }, {}],
      [{ parkedFor: 'g' }, {}],
      [{}, { status: 'done' }],
      [{}, { lease: null }],
      [{}, { lease: { ...lease, holder: 'x' } }],
      [{}, { token: 8 }],
    ] as const)
      assert.throws(() => held(record, change), LeaseLost, JSON.stringify([record, change]));
    assert.throws(() => held({}, {}, at('10:31')), LeaseLost);
    assert.equal(parkedRun(running, 2, shard), running);
    assert.equal(parkedRun(running, 1, shard), undefined);
  });

  it('stops by its own clock when nine tenths of the lease are over, however the store stands', async () => {
    const bench = exact();
    const engine: Engine = { ...bench.engine('a'), limits: { ...bench.engine('a').limits, leaseSeconds: 90 } };
    let nowMs = 0;
    const never = { sleep: () => new Promise<void>(() => {}), after: () => () => {} };
    const clock = { ...never, now: () => at('10:30'), monotonicMs: () => nowMs };
    const keeper = new LeaseKeeper({ ...engine, clock } as unknown as Engine, holding, 0);
    nowMs = 81_000;
    keeper.check();
    nowMs = 81_001;
    assert.throws(() => keeper.check(), LeaseLost);
    assert.equal(keeper.signal.aborted, true);
    nowMs = 0;
    assert.throws(() => keeper.check(), LeaseLost, 'what is lost stays lost');
    const renewed = new LeaseKeeper({ ...engine, clock } as unknown as Engine, holding, 0);
    renewed.granted({ ...holding, token: 8 }, 50_000);
    renewed.granted({ ...holding, token: 9 }, 20_000);
    nowMs = 131_000;
    renewed.check();
    assert.equal(renewed.holding.token, 9);
  });
});

describe('a stretch', () => {
  async function after(firstMs: number, timeoutSeconds: number): Promise<Bench> {
    const bench = exact();
    bench.change = { limits: { ...bench.engine('a').limits, budgetSeconds: 100 } };
    const second = bench.check('second', undefined, { timeoutSeconds });
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [
        lasting(bench, 'first', firstMs, { timeoutSeconds: 20 + firstMs / 1000 }),
        second,
      ]),
    };
    await bench.play('a', 't-90-prep');
    return bench;
  }

  it('begins an operation whose time fits into what is left, and hands over to another one otherwise', async () => {
    assert.equal((await after(50_000, 50)).ending('t-90-prep'), 'passed');
    assert.equal(
      (await after(50_000, 500)).ending('t-90-prep'),
      'passed',
      'half of a stretch is enough for a long one',
    );
    const handed = await after(50_001, 50);
    const { lease, publishes, stretches } = slotOf(handed);
    assert.deepEqual([lease, publishes, stretches], [null, 1, 1]);
    await handed.play('b', 't-90-prep', { kind: 'continuation', runId: `${prep.slotId}#1` });
    assert.equal(handed.ending('t-90-prep'), 'passed');
    assert.equal((await after(95_000, 5)).ending('t-90-prep'), 'passed');
  });

  it('publishes who goes on, up to forty times; one that is not heard is the watchdog’s', async () => {
    const told = async (publishes: number, trigger = async (): Promise<void> => {}) => {
      const bench = exact();
      let sent = 0;
      const publisher = {
        trigger: () => {
          sent += 1;
          return trigger();
        },
      };
      const limits = { ...bench.engine('a').limits, publishes };
      bench.change = { draining: AbortSignal.abort(), publisher: publisher as never, limits };
      const outcome = await bench.play('a', 't-90-prep');
      return [outcome.kind, sent, slotOf(bench).publishes, slotOf(bench).lease] as const;
    };
    assert.deepEqual(await told(1), ['continues', 1, 1, null]);
    assert.deepEqual(await told(0), ['continues', 0, 1, null]);
    const deaf = await told(1, () => Promise.reject(new PortError('publisher', 'unavailable', 'deaf')));
    assert.deepEqual(deaf, ['continues', 1, 1, null]);
  });

  it('goes on at its cursor where an operation can, and from its beginning where it cannot', async () => {
    for (const resumable of [true, false]) {
      const bench = exact();
      const seen: unknown[] = [];
      const long = bench.check('long', undefined, {
        ...(resumable ? { resumable } : {}),
        timeoutSeconds: 50,
        run: async (context) => {
          seen.push(context.cursor ?? null);
          if (seen.length === 1) {
            assert.equal(await context.saveCursor({ half: 1 }), 'go-on');
            await bench.worker('a').sleep(40_000);
            await context.saveCursor({ half: 2 });
          }
          return result([], evidence(context.now()));
        },
      });
      bench.change = { limits: { ...bench.engine('a').limits, budgetSeconds: 40 } };
      bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [long]) };
      assert.equal((await bench.play('a', 't-90-prep')).kind, 'continues');
      await bench.play('b', 't-90-prep', { kind: 'continuation', runId: `${prep.slotId}#1` });
      assert.deepEqual(seen, [null, resumable ? { half: 2 } : null]);
      assert.equal(bench.ending('t-90-prep'), 'passed');
    }
  });

  it('renews its lease with a checkpoint when a third of it is over, and not before', async () => {
    const bench = exact();
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [lasting(bench, 'first', 5000), lasting(bench, 'second', 20_000)]),
    };
    const run = bench.begin('a', 't-90-prep');
    await bench.until('10:30:10');
    assert.equal(slotOf(bench).lease?.until, at('10:31:30'));
    await bench.done(run);
    assert.equal(bench.ending('t-90-prep'), 'passed');
  });

  it('under another plan or code runs nothing more, and says which changed', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'n',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'crash-before', ms: 1 },
    });
    void bench.begin('n', 't-90-prep');
    await bench.until('10:33');
    bench.change = { codeRevision: 'another' };
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('other')]) };
    await bench.play('m', 't-90-prep', onPrep);
    const slot = bench.slot('t-90-prep');
    assert.deepEqual(slot?.status === 'concluded' && [slot.ending, slot.reason], [
      'inconclusive',
      'plan and code changed while it ran',
    ]);
  });
});
