import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueuedMessage } from '../../shared/adapters/local/publisher.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { result, unknown } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Checkpoint, SlotRecord } from '../../shared/domain/run.ts';
import type { DoneShard, FanOutRecord } from '../../shared/domain/shard.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import type { TriggerBody } from '../../shared/domain/trigger.ts';
import { type PhaseOutcome, runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { createTestEngine, scheduled, slotIdAt, type TestEngine, testCheck, testPhase } from '../support/engine.ts';

const AT = '2026-11-24T00:00:05.000Z';
const PHASE = 'snapshot-orchestration';
const SLOT = slotIdAt(PHASE, AT);
const ATTEMPT = `slots/${SLOT}/attempts/1`;

interface World extends TestEngine {
  /** What each share did, in the order it happened. */
  readonly worked: string[];
  readonly joined: unknown[];
  plans: number;
  /** Stands in for the work of a share; may throw. */
  during: (share: string) => void | Promise<void>;
}

/** A phase whose one operation gives its work out in shares and adds up what they answer. */
function fanOutWorld(shares = 3, change: Partial<Operation<PortMap>> = {}): World {
  const world: Partial<World> & Pick<World, 'worked' | 'joined'> = { worked: [], joined: [], plans: 0 };
  const evidence = (value: number) => [{ subject: 'sum', request: 'a test', observedAt: AT, value }];
  const add: Operation<PortMap> = {
    ...testCheck('add-up'),
    resumable: true,
    async run(context) {
      const found = await context.fanOut('parts', async () => {
        own.plans += 1;
        return {
          about: 'all',
          shares: Array.from({ length: shares }, (_, index) => ({ id: `s${index}`, work: index })),
        };
      });
      if (found === undefined) return result([], evidence(0));
      const findings = found.outcomes.flatMap((outcome) => outcome.findings);
      const sum = found.outcomes.reduce((total, { output }) => total + Number(output ?? 0), 0);
      own.joined.push(sum);
      return { ...result(findings, evidence(sum)), output: { sum, about: found.about } };
    },
    async runShard(_context, work) {
      own.worked.push(`s${String(work)}`);
      await own.during(`s${String(work)}`);
      return { ...result([], evidence(Number(work))), output: Number(work) };
    },
    ...change,
  };
  const engine = createTestEngine('2026-11-23T23:55:00.000Z', {
    [PHASE]: testPhase(PHASE, [add, testCheck('afterwards')]),
  });
  const own: World = Object.assign(world, engine, { plans: 0, during: () => {} });
  return own;
}

/** The watch begins before the slot is due, which then starts in time. */
async function start(world: World): Promise<PhaseOutcome> {
  await sweep(world.engine);
  world.clock.advanceTo(AT);
  return runPhase(world.engine, scheduled(PHASE, AT));
}

function deliver({ engine }: World, { messageId, publishedAt, data }: QueuedMessage): Promise<PhaseOutcome> {
  const { trigger, slot, phase, runId, shard } = data as TriggerBody;
  const more = { ...(runId === undefined ? {} : { runId }), ...(shard === undefined ? {} : { shard }) };
  const kind = trigger ?? 'manual';
  const due = slot === undefined ? {} : { slotDueAt: slot.replace('Z', '.000Z') };
  return runPhase(engine, { phase, kind, messageId, publishedAt, dryRun: false, rerun: false, ...more, ...due });
}

/** What is queued for the phase; what goes to the relay is none of this test's. */
function take({ publisher }: World): QueuedMessage[] {
  const all: QueuedMessage[] = [];
  for (let message = publisher.take(); message !== undefined; message = publisher.take())
    if (message.topic === PHASE) all.push(message);
  return all;
}

/** Delivers everything until nothing is published any more; answers what became of the last message. */
async function deliverAll(world: World): Promise<PhaseOutcome | undefined> {
  let last: PhaseOutcome | undefined;
  for (let messages = take(world); messages.length > 0; messages = take(world))
    for (const message of messages) last = await deliver(world, message);
  return last;
}

const slotOf = (world: World) => world.documents.get<SlotRecord>(`slots/${SLOT}`);
const planOf = (world: World) => world.documents.get<FanOutRecord>(`${ATTEMPT}/fan-outs/add-up~parts`);
const shardOf = (world: World, id: string) => world.documents.get<DoneShard>(`${ATTEMPT}/shards/add-up~parts~${id}`);
const joinedBy = async (world: World) =>
  (await world.documents.get<Checkpoint>(`${ATTEMPT}/operations/add-up`))?.output as { sum: number } | undefined;
const endingOf = (outcome: PhaseOutcome | undefined) => (outcome?.kind === 'concluded' ? outcome.slot.ending : outcome);

test('the plan, its shards and their messages come with the end of the stretch; the last shard wakes the run, which joins once', async () => {
  const world = fanOutWorld();
  assert.equal((await start(world)).kind, 'continues');
  const parked = await slotOf(world);
  assert.ok(parked?.status === 'running' && parked.lease === null && parked.parkedFor === 'add-up~parts');
  assert.deepEqual((await planOf(world))?.open.length, 3);
  assert.deepEqual(world.worked, [], 'no share is worked before its message');
  assert.equal(endingOf(await deliverAll(world)), 'passed');
  assert.deepEqual(world.worked, ['s0', 's1', 's2']);
  assert.deepEqual([world.plans, world.joined], [1, [3]]);
  assert.deepEqual(await joinedBy(world), { sum: 3, about: 'all' });
  assert.deepEqual(await world.documents.query('outbox'), []);
});

test('shards may come in any order, and twice: the copy is a duplicate with the first one as its receipt', async () => {
  const world = fanOutWorld();
  await start(world);
  const [first, ...others] = take(world).reverse();
  assert.ok(first !== undefined);
  assert.equal((await deliver(world, first)).kind, 'continues');
  const receipt = await shardOf(world, 's2');
  const again = await deliver(world, { ...first, messageId: 'a copy' });
  assert.ok(again.kind === 'refused' && again.reason === 'duplicate');
  assert.deepEqual(await shardOf(world, 's2'), receipt);
  for (const other of others) await deliver(world, other);
  assert.equal(endingOf(await deliverAll(world)), 'passed');
  assert.deepEqual(world.worked, ['s2', 's1', 's0']);
  const late = await deliver(world, { ...first, messageId: 'a late copy' });
  assert.ok(late.kind === 'refused' && late.reason === 'duplicate');
  assert.deepEqual(world.joined, [3]);
});

test('a shard that somebody works on is a duplicate; its own redelivery comes back later', async () => {
  const world = fanOutWorld(2);
  await start(world);
  const [first] = take(world);
  assert.ok(first !== undefined);
  const seen: string[] = [];
  world.during = async (share) => {
    if (share !== 's0' || seen.length > 0) return;
    for (const messageId of ['another', first.messageId]) {
      const outcome = await deliver(world, { ...first, messageId });
      seen.push(outcome.kind === 'refused' ? outcome.reason : outcome.kind);
    }
  };
  await deliver(world, first);
  assert.deepEqual(seen, ['duplicate', 'redelivery']);
  assert.deepEqual(world.worked, ['s0']);
});

test('while shards are open, no message makes the run go on', async () => {
  const world = fanOutWorld();
  await start(world);
  take(world);
  for (const change of [{}, { kind: 'sweep' as const }, { kind: 'continuation' as const, runId: `${SLOT}#1` }]) {
    const outcome = await runPhase(world.engine, scheduled(PHASE, AT, change));
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'duplicate', JSON.stringify(outcome));
    assert.match(outcome.detail, /waits for 3 of 3 shards/);
  }
});

test('a lost message is sent again by the watchdog, and so is one whose worker died; what is worked on is left alone', async () => {
  const world = fanOutWorld();
  await start(world);
  const [first, second] = take(world);
  assert.ok(first !== undefined && second !== undefined);
  await deliver(world, first);
  // The machine is lost in the midst of it: nothing is written any more, and the lease ends by itself.
  const dead: World = { ...world, engine: { ...world.engine, documents: silent(world) } };
  world.during = () => {
    throw new Error('lost');
  };
  await assert.rejects(deliver(dead, second));
  world.during = () => {};
  world.clock.advanceTo(plusSeconds(AT, 30));
  await sweep(world.engine);
  assert.deepEqual(take(world), [], 'messages may still be on their way');
  world.clock.advanceTo(plusSeconds(AT, 120));
  await sweep(world.engine);
  const resent = take(world);
  assert.deepEqual(
    resent.map(({ data }) => (data as TriggerBody).shard),
    ['add-up~parts~s1', 'add-up~parts~s2'],
  );
  for (const message of resent) await deliver(world, message);
  assert.equal(endingOf(await deliverAll(world)), 'passed');
  assert.deepEqual(await joinedBy(world), { sum: 3, about: 'all' });
});

/** Lets the lease be taken, and nothing after it. */
function silent({ documents }: World): World['documents'] {
  let commits = 0;
  return new Proxy(documents, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== 'transact' || typeof value !== 'function')
        return typeof value === 'function' ? value.bind(target) : value;
      return (body: Parameters<typeof target.transact>[0]) => {
        commits += 1;
        return commits === 1 ? target.transact(body) : Promise.reject(new PortError('documents', 'invalid', 'gone'));
      };
    },
  });
}

test('when the last worker dies after its commit, the outbox and the watchdog both wake the run, which ends once', async () => {
  const world = fanOutWorld(1);
  await start(world);
  const [only] = take(world);
  assert.ok(only !== undefined);
  const mute = {
    ...world.engine.publisher,
    trigger: () => Promise.reject(new PortError('publisher', 'unavailable', 'x')),
  };
  await deliver({ ...world, engine: { ...world.engine, publisher: mute as never } }, only);
  assert.deepEqual((await planOf(world))?.open, []);
  world.clock.advanceTo(plusSeconds(AT, 300));
  await sweep(world.engine);
  const outcomes = [];
  for (const message of take(world)) outcomes.push(await deliver(world, message));
  assert.equal(outcomes.filter(({ kind }) => kind === 'concluded').length, 1);
  assert.deepEqual(world.joined, [0]);
});

test('a shard that breaks, or finds something, is judged by its operation: the run is never good', async () => {
  for (const fault of [new Error('broke'), new PortError('memory', 'unavailable', 'out of reach')]) {
    const world = fanOutWorld();
    world.during = (share) => {
      if (share === 's1') throw fault;
    };
    await start(world);
    assert.equal(endingOf(await deliverAll(world)), 'inconclusive');
    assert.equal((await shardOf(world, 's1'))?.outcome.findings.length, 1);
  }
  const told = fanOutWorld(2, {
    runShard: async () => ({
      findings: [unknown({ code: 'no', subject: 'a share', message: 'cannot tell', remedy: 'look' })],
      evidence: [],
    }),
  });
  await start(told);
  assert.equal(endingOf(await deliverAll(told)), 'inconclusive');
});

test('a shard goes on at its own cursor when its stretch ends, and is worked in no other', async () => {
  const seen: unknown[] = [];
  let passedMs = 0;
  const world = fanOutWorld(2, {
    async runShard(context, work) {
      seen.push([work, context.cursor ?? null]);
      if (context.cursor === undefined && work === 1) {
        passedMs += 10_000;
        await context.saveCursor({ half: true });
      }
      return { ...result([], [{ subject: 's', request: 't', observedAt: AT, value: 1 }]), output: Number(work) };
    },
  });
  const limits = { ...world.engine.limits, budgetSeconds: 5 };
  const { clock } = world;
  const passing = {
    now: () => clock.now(),
    sleep: clock.sleep,
    after: clock.after,
    monotonicMs: () => clock.monotonicMs() + passedMs,
  };
  const short: World = { ...world, engine: { ...world.engine, clock: passing, limits } };
  await start(world);
  await deliverAll(short);
  assert.deepEqual(seen, [
    [0, null],
    [1, null],
    [1, { half: true }],
  ]);
  assert.deepEqual(await joinedBy(world), { sum: 1, about: 'all' });
});

test('shards under other code are not worked, and the run ends inconclusive', async () => {
  const world = fanOutWorld(2);
  await start(world);
  const other: World = { ...world, engine: { ...world.engine, codeRevision: 'code-2' } };
  assert.equal(endingOf(await deliverAll(other)), 'inconclusive');
  assert.deepEqual([world.worked, world.joined], [[], []]);
});

test('a run whose shards never come ends when its budget is used up, and a shard after that changes nothing', async () => {
  const world = fanOutWorld(2);
  await start(world);
  const [late] = take(world);
  assert.ok(late !== undefined);
  world.clock.advanceTo(plusSeconds(AT, 900));
  await sweep(world.engine);
  const outcomes = [];
  for (const message of take(world)) outcomes.push(await deliver(world, message));
  assert.deepEqual(outcomes.map(endingOf), ['inconclusive']);
  const refused = await deliver(world, late);
  assert.ok(refused.kind === 'refused' && refused.reason === 'stale-continuation');
  assert.deepEqual(world.worked, []);
});

test('an operation that gives out nothing goes on in the same stretch', async () => {
  const world = fanOutWorld(0);
  assert.equal(endingOf(await start(world)), 'passed');
  assert.deepEqual(take(world), []);
});
