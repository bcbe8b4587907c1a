import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { result } from '../../shared/domain/finding.ts';
import type { Operation, OperationContext } from '../../shared/domain/operation.ts';
import type { Lease, RunningSlot } from '../../shared/domain/run.ts';
import type { ShardOutcome } from '../../shared/domain/shard.ts';
import { paths } from '../../shared/engine/records.ts';
import type { PhaseOutcome } from '../../shared/engine/run-phase.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { at, Bench } from '../guards/bench.ts';
import { slotIdAt, testPhase } from '../support/engine.ts';

const PHASE = 'snapshot-orchestration';
const SLOT = slotIdAt(PHASE, at('06:00'));
const RUN = `${SLOT}#1`;
const FAN_OUT = 'add~parts';

/** Whatever an open or a done shard has. */
interface StoredShard {
  readonly status: 'open' | 'done';
  readonly lease: Lease | null;
  readonly token: number;
  readonly stretches: number;
  readonly outcome?: ShardOutcome;
}

type Work = (context: OperationContext<PortMap>, work: unknown) => Promise<void>;

/** A run that gave its work out in shares and is parked for them. */
class Shares extends Bench {
  constructor(shares: readonly string[] = ['s0', 's1'], during: Work = async () => {}, change: object = {}) {
    super('06:00');
    const seen = (now: string) => [{ subject: 's', request: 'r', observedAt: now }] as const;
    const add: Operation<PortMap> = {
      ...this.check('add'),
      run: async (context) => {
        const found = await context.fanOut('parts', async () => ({
          about: 'all',
          shares: shares.map((id) => ({ id, work: id })),
        }));
        return { ...result(found?.outcomes.flatMap(({ findings }) => findings) ?? [], seen(context.now())) };
      },
      runShard: async (context, work) => {
        await during(context, work);
        return result([], seen(context.now()));
      },
      ...change,
    };
    this.phases = { ...this.phases, [PHASE]: testPhase(PHASE, [add]) };
  }

  async parked(): Promise<this> {
    assert.equal((await this.play('a', PHASE)).kind, 'continues');
    return this;
  }

  share(key: string, id = 's0', change: object = {}): Promise<PhaseOutcome> {
    return this.play(key, PHASE, { kind: 'continuation', runId: RUN, shard: `${FAN_OUT}~${id}`, ...change });
  }

  shard(id = 's0'): StoredShard {
    return this.get(paths.shard(SLOT, 1, `${FAN_OUT}~${id}`)) as StoredShard;
  }

  putShard(change: object, id = 's0'): void {
    this.put(paths.shard(SLOT, 1, `${FAN_OUT}~${id}`), change);
  }

  run(): RunningSlot {
    return this.get(paths.slot(SLOT)) as RunningSlot;
  }

  finding(id = 's0'): string {
    const [first] = this.shard(id).outcome?.findings ?? [];
    return `${first?.code}: ${first?.message}`;
  }
}

const refusalOf = (outcome: PhaseOutcome) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind);

describe('giving work out', () => {
  it('takes up to eight shares, each of its own name, of an operation that can work one', async () => {
    const shares = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);
    const eight = await new Shares(shares(8)).parked();
    assert.deepEqual([eight.run().parkedFor, eight.run().publishes, eight.run().lease], [FAN_OUT, 9, null]);
    for (const bad of [
      new Shares(shares(9)),
      new Shares(['s0', 's0']),
      new Shares(['s0'], undefined, { runShard: undefined }),
    ]) {
      await bad.play('a', PHASE);
      assert.equal(bad.get<{ ending: string }>(paths.slot(SLOT))?.ending, 'inconclusive');
      assert.equal(bad.get(paths.fanOut(SLOT, 1, FAN_OUT)), undefined);
    }
  });

  it('happens once: a run that comes back before its shards have ended is parked again', async () => {
    const bench = await new Shares().parked();
    const { parkedFor: _parkedFor, ...rest } = bench.run();
    bench.simulation.store.put(paths.slot(SLOT), rest);
    const again = await bench.play('b', PHASE, { kind: 'sweep', slotDueAt: at('06:00') });
    assert.equal(again.kind, 'continues');
    assert.deepEqual([bench.run().parkedFor, bench.run().publishes, bench.run().lease], [FAN_OUT, 3, null]);
    for (const id of ['s0', 's1']) await bench.share(`w-${id}`, id);
    await bench.play('c', PHASE, { kind: 'sweep', slotDueAt: at('06:00') });
    assert.equal(bench.get<{ ending: string }>(paths.slot(SLOT))?.ending, 'passed');
  });

  it('knows its own parking again, when the commit landed and nothing was heard of it', async () => {
    const bench = await new Shares().parked();
    const { parkedFor: _parkedFor, ...rest } = bench.run();
    bench.simulation.store.put(paths.slot(SLOT), rest);
    const logs: string[] = [];
    bench.change = { log: { write: (_severity, message) => logs.push(message) } };
    const fault = { kind: 'ambiguous', ms: 1 } as const;
    bench.stage({ worker: 'b', port: 'documents', verb: 'commit', subject: /^slots\/[^/]+$/, after: 1, fault });
    await bench.play('b', PHASE, { kind: 'sweep', slotDueAt: at('06:00') });
    assert.deepEqual([bench.run().parkedFor, bench.run().lease, logs], [FAN_OUT, null, []]);
  });
});

describe('a share', () => {
  it('is for a run of its phase that waits for it, and counted by its reason otherwise', async () => {
    const bench = await new Shares().parked();
    const say = async (key: string, id: string, change: object = {}) => refusalOf(await bench.share(key, id, change));
    assert.equal(await say('b', 's0', { runId: 'never' }), 'malformed');
    assert.equal(await say('c', 's0', { runId: undefined }), 'malformed');
    assert.equal(await say('d', 's0', { runId: 'high-noon-sync@2026-11-24T12:00Z#1' }), 'malformed');
    assert.equal(await say('e', 's9'), 'stale-continuation');
    bench.put(paths.slot(SLOT), { parkedFor: 'another' });
    assert.equal(await say('f', 's0'), 'stale-continuation');
    bench.put(paths.slot(SLOT), { parkedFor: FAN_OUT });
    assert.equal(await say('g', 's0'), 'continues');
    assert.equal(await say('h', 's0'), 'duplicate');
    assert.deepEqual(bench.get(paths.counter('refusals@2026-11-24')), {
      'stale-continuation-shard': 2,
      'duplicate-shard': 1,
    });
  });

  it('is counted under the day on which its message came, whatever day the message names', async () => {
    const bench = await new Shares().parked();
    for (const day of ['2019-01-01', '2099-07-08']) await bench.share(day, 's0', { runId: `${PHASE}@${day}T06:00Z#1` });
    const counters = bench.simulation.store.query('counters', {}).map(({ id }) => id);
    assert.deepEqual(
      counters.filter((id) => id.startsWith('refusals@')),
      ['refusals@2026-11-24'],
    );
  });

  it('keeps its lease for as long as it takes', async () => {
    const bench: Shares = await new Shares(['s0'], () => bench.worker('b').sleep(50_000)).parked();
    const work = bench.begin('b', PHASE, { kind: 'continuation', runId: RUN, shard: `${FAN_OUT}~s0` });
    await bench.until('06:00:45');
    const { lease, token } = bench.shard();
    assert.ok(lease !== null && lease.until > at('06:01:55') && lease.token === token, lease?.until);
    await bench.done(work);
    assert.equal(bench.shard().status, 'done');
  });

  it('begins no effect and gives out nothing itself', async () => {
    for (const tries of [
      (context: OperationContext<PortMap>) => context.effects.apply({} as never),
      (context: OperationContext<PortMap>) => context.fanOut('more', async () => ({ about: null, shares: [] })),
    ]) {
      const bench = await new Shares(['s0'], async (context) => void (await tries(context))).parked();
      await bench.share('b');
      assert.match(bench.finding(), /^internal-error: .+a shard begins no effect and gives out no shards/);
    }
  });

  it('that cannot be worked any more says why, for its operation to judge', async () => {
    const gone = await new Shares().parked();
    gone.putShard({ operation: 'gone' });
    await gone.share('b');
    assert.match(gone.finding(), /^shard-not-worked: add~parts~s0 was not worked: its operation is not in this plan/);
    const begun = await new Shares().parked();
    begun.putShard({ stretches: 11 });
    begun.putShard({ stretches: 12 }, 's1');
    await begun.share('b');
    await begun.share('c', 's1');
    assert.deepEqual(begun.shard().outcome?.findings, []);
    assert.match(begun.finding('s1'), /it was begun 12 times and never ended/);
    const late = await new Shares().parked();
    late.put(paths.slot(SLOT), { startedAt: '2026-11-23T06:00:00.000Z' });
    await late.share('b');
    assert.match(late.finding(), /the budget of the run was used up/);
    const other = await new Shares().parked();
    other.change = { codeRevision: 'another' };
    await other.share('b');
    assert.match(other.finding(), /was not worked: code changed while it ran/);
  });

  it('is handed over by a process that is asked to go, heard or not', async () => {
    for (const trigger of [
      async () => {},
      async () => Promise.reject(new PortError('publisher', 'unavailable', 'deaf')),
    ]) {
      const sent: unknown[] = [];
      const bench = await new Shares(
        ['s0'],
        async (context) => void (await context.saveCursor({ half: true })),
      ).parked();
      const publisher = {
        trigger: (_phase: string, body: unknown) => {
          sent.push(body);
          return trigger();
        },
      };
      bench.change = { draining: AbortSignal.abort(), publisher: publisher as never };
      assert.equal((await bench.share('b')).kind, 'continues');
      assert.deepEqual(sent, [{ phase: PHASE, trigger: 'continuation', runId: RUN, shard: `${FAN_OUT}~s0` }]);
      assert.deepEqual([bench.shard().status, bench.shard().lease, bench.shard().stretches], ['open', null, 1]);
    }
  });

  it('goes back to a stored cursor, and on while there is time', async () => {
    const seen: unknown[] = [];
    const bench: Shares = await new Shares(['s0'], async (context) => {
      seen.push(context.cursor ?? null);
      if (seen.length > 1) return;
      assert.equal(await context.saveCursor({ half: true }), 'go-on');
      await bench.worker('b').sleep(45_000);
      await context.saveCursor({ half: 'more' });
    }).parked();
    bench.change = { limits: { ...bench.engine('x').limits, budgetSeconds: 40 } };
    await bench.share('b');
    assert.equal(bench.shard().status, 'open');
    await bench.share('c');
    assert.deepEqual(seen, [null, { half: 'more' }]);
    assert.equal(bench.shard().status, 'done');
  });

  it('gives its lease back when the store fails, so that the next delivery need not wait', async () => {
    const bench = await new Shares().parked();
    for (let n = 0; n < 3; n++)
      bench.stage({
        worker: 'b',
        port: 'documents',
        verb: 'commit',
        subject: /shards/,
        after: 1,
        fault: { kind: 'error', ms: 1 },
      });
    await assert.rejects(bench.share('b'));
    assert.deepEqual([bench.shard().status, bench.shard().lease], ['open', null]);
    assert.equal((await bench.share('c')).kind, 'continues');
    assert.equal(bench.shard().status, 'done');
  });
});
