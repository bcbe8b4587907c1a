import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueuedMessage } from '../../../shared/adapters/local/publisher.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import type { FanOutRecord } from '../../../shared/domain/shard.ts';
import type { TriggerBody } from '../../../shared/domain/trigger.ts';
import { type PhaseOutcome, runPhase } from '../../../shared/engine/run-phase.ts';
import { sweep } from '../../../shared/engine/sweep.ts';
import type { RawDocument } from '../../../shared/ports/memory.ts';
import { encodeFields, readManifest, verifySnapshots } from '../../../shared/snapshots/index.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { scheduled } from '../../support/engine.ts';
import { endingOf, MEMORY, openSnapshotWorld, type SnapshotTestWorld } from './support.ts';

const PHASE = 'snapshot-orchestration';
const SIZES: Record<string, number> = { behavioral: 4200, context: 300, preference: 2100 };
const RANGED = MEMORY.replace('retention:', 'documents_per_range: 1000, retention:');
const seconds = (at: string) => ({ seconds: String(Date.parse(at) / 1000), nanos: 0 });

async function* documents(collection: string, at: string, changed: number): AsyncGenerator<RawDocument> {
  for (let index = 0; index < (SIZES[collection] ?? 0); index++) {
    const userId = `user-${String(index).padStart(6, '0')}`;
    const path = `${collection}/${userId}`;
    const text = { stringValue: index % 50 < changed ? `since ${at}` : 'as it was' };
    const fields = {
      userId: { stringValue: userId },
      updatedAt: { stringValue: at },
      tone: text,
      type: { stringValue: 'view' },
      at: { stringValue: at },
    };
    yield { path, fields: encodeFields(fields), updateTime: seconds(at) };
  }
}

async function load({ memory }: SnapshotTestWorld, at: string, changed = 0): Promise<void> {
  for (const collection of Object.keys(SIZES)) await memory.replace(collection, documents(collection, at, changed));
}

function take({ test: { publisher } }: SnapshotTestWorld): QueuedMessage[] {
  const all: QueuedMessage[] = [];
  for (let message = publisher.take(); message !== undefined; message = publisher.take())
    if (message.topic === PHASE) all.push(message);
  return all;
}

function deliver(
  { engine }: SnapshotTestWorld,
  { messageId, publishedAt, data }: QueuedMessage,
): Promise<PhaseOutcome> {
  const { trigger = 'manual', runId, shard } = data as TriggerBody;
  const more = { ...(runId === undefined ? {} : { runId }), ...(shard === undefined ? {} : { shard }) };
  return runPhase(engine, { ...scheduled(PHASE, publishedAt), messageId, kind: trigger, ...more });
}

/** Plays the slot to its ending; `each` sees every message before it is delivered, and may deliver it otherwise. */
async function play(
  world: SnapshotTestWorld,
  at: string,
  each: (message: QueuedMessage, count: number) => Promise<PhaseOutcome> = (message) => deliver(world, message),
): Promise<PhaseOutcome> {
  world.test.clock.advanceTo(at);
  let last = await runPhase(world.engine, scheduled(PHASE, at));
  let count = 0;
  for (let messages = take(world); messages.length > 0; messages = take(world))
    for (const message of messages) {
      const outcome = await each(message, count++);
      if (outcome.kind !== 'refused') last = outcome;
    }
  return last;
}

const AT = ['2026-11-24T00:00:05.000Z', '2026-11-24T06:00:05.000Z'] as const;
const IDS = ['20261124T000000Z', '20261124T060000Z'] as const;

/** Digest and count of each collection. */
async function contentOf({ store }: SnapshotTestWorld, id: string): Promise<Record<string, unknown>> {
  const { manifest } = await readManifest(store, id);
  return Object.fromEntries(manifest.collections.map(({ name, documents: n, digest }) => [name, { n, digest }]));
}

const open = (yaml: string, options: Parameters<typeof openSnapshotWorld>[1] = {}) =>
  openSnapshotWorld('2026-11-23T23:55:00.000Z', { yaml, ...options });

test('a snapshot in ranges is the same as one in one piece: whole, upon its parent, and everything in it read again', async () => {
  const [one, many] = [open(MEMORY), open(RANGED)];
  const shards: string[] = [];
  try {
    for (const [index, at] of AT.entries()) {
      for (const world of [one, many]) await load(world, at, index);
      assert.equal(endingOf(await play(one, at)), 'passed');
      const outcome = await play(many, at, (message) => {
        const { shard } = message.data as TriggerBody;
        if (shard !== undefined) shards.push(shard);
        return deliver(many, message);
      });
      assert.equal(endingOf(outcome), 'passed');
      assert.deepEqual(await contentOf(many, IDS[index] ?? ''), await contentOf(one, IDS[index] ?? ''));
      const report = await verifySnapshots({ ...many.store, readData: 'all' });
      assert.deepEqual(report.problems, []);
    }
    assert.equal(shards.length, 2 * (5 + 3));
    assert.deepEqual(
      (await many.statuses()).map(({ state }) => state),
      ['valid', 'valid'],
    );
    const parts: string[] = [];
    for await (const { uri } of many.objects.list(`${many.store.bucketUri}/parts/`)) parts.push(uri);
    assert.deepEqual(parts, [], 'the parts are joined and gone');
  } finally {
    one.close();
    many.close();
  }
});

test('names of people’s records stand in no document of the engine: where their ranges begin is sealed', async () => {
  const world = open(RANGED);
  try {
    await load(world, AT[0]);
    await play(world, AT[0]);
    const attempt = `slots/${PHASE}@2026-11-24T00:00Z/attempts/1`;
    const shards = await world.test.documents.query<{ work: unknown }>(`${attempt}/shards`);
    const of = (name: string) => JSON.stringify(shards.filter(({ id }) => id.includes(`~${name}-`)));
    assert.match(of('behavioral'), /behavioral\/user-/);
    assert.match(of('preference'), /"range":\{"after":"[A-Za-z0-9_-]{40,}"/);
    assert.ok(!of('preference').includes('preference/user-'));
  } finally {
    world.close();
  }
});

test('shards that come twice, in any order, or never at first, make the same snapshot', async () => {
  const [calm, rough] = [open(RANGED), open(RANGED)];
  try {
    for (const world of [calm, rough]) {
      await sweep(world.engine);
      await load(world, AT[0]);
    }
    assert.equal(endingOf(await play(calm, AT[0])), 'passed');
    // Every second shard's message is lost, and every one that comes comes twice.
    const twice = async (message: QueuedMessage, count: number): Promise<PhaseOutcome> => {
      const { shard } = message.data as TriggerBody;
      const lost: PhaseOutcome = { kind: 'refused', reason: 'duplicate', detail: 'lost', slot: undefined };
      if (shard !== undefined && count % 2 === 1) return lost;
      const first = await deliver(rough, message);
      const again = await deliver(rough, { ...message, messageId: `${message.messageId}-copy` });
      assert.equal(again.kind, 'refused');
      return first;
    };
    let last = await play(rough, AT[0], twice);
    for (let minutes = 2; last.kind !== 'concluded' && minutes < 9; minutes += 2) {
      rough.test.clock.advanceTo(`2026-11-24T00:0${minutes}:05.000Z`);
      await sweep(rough.engine);
      for (let messages = take(rough).reverse(); messages.length > 0; messages = take(rough).reverse())
        for (const message of messages) last = await deliver(rough, message);
    }
    assert.equal(endingOf(last), 'passed');
    assert.deepEqual(await contentOf(rough, IDS[0]), await contentOf(calm, IDS[0]));
  } finally {
    calm.close();
    rough.close();
  }
});

test('a range that cannot be read makes the run inconclusive, and no snapshot is ever valid', async () => {
  const world = open(RANGED, {
    memory: (real) => ({
      restore: real.restore.bind(real),
      ...(real.cuts === undefined ? {} : { cuts: real.cuts.bind(real) }),
      async *capture(collection, options) {
        for await (const document of real.capture(collection, options)) {
          if (document.path === 'behavioral/user-002500') throw new PortError('memory', 'unavailable', 'out of reach');
          yield document;
        }
      },
    }),
  });
  try {
    await load(world, AT[0]);
    assert.equal(endingOf(await play(world, AT[0])), 'inconclusive');
    assert.deepEqual(await world.statuses(), []);
    const checkpoint = await world.checkpoint(AT[0], 'capture-behavior');
    assert.match(checkpoint.findings[0]?.message ?? '', /behavioral-\d+-r\d+ cannot be captured/);
  } finally {
    world.close();
  }
});

test('a damaged parent, found by a shard, is not built upon: everything is captured whole', async () => {
  const [one, many] = [open(MEMORY), open(RANGED)];
  try {
    await load(many, AT[0]);
    await play(many, AT[0]);
    for await (const { uri, generation } of many.objects.list(`${many.store.bucketUri}/packs/`)) {
      const bytes: Uint8Array[] = [];
      for await (const part of many.objects.read(uri)) bytes.push(part);
      const whole = Buffer.concat(bytes);
      for (let at = 40; at < whole.length; at += 200) whole.writeUInt8(whole.readUInt8(at) ^ 1, at);
      await many.objects.write(uri, whole, { when: { generation } });
    }
    one.test.clock.advanceTo(many.test.clock.now());
    for (const world of [one, many]) await load(world, AT[1], 1);
    await play(one, AT[1]);
    const outcome = await play(many, AT[1]);
    assert.equal(endingOf(outcome), 'failed', 'the damaged one is told, and set aside');
    const { verdict, findings } = await many.checkpoint(AT[1], 'capture-behavior');
    assert.equal(verdict, 'degraded');
    assert.equal(findings.filter(({ code }) => code === 'damaged').length, 1, 'told once, not by every shard');
    assert.equal((await readManifest(many.store, IDS[1])).manifest.parent, null);
    assert.deepEqual(await contentOf(many, IDS[1]), await contentOf(one, IDS[1]));
  } finally {
    one.close();
    many.close();
  }
});

test('a worker that dies in the midst of any step of a snapshot in ranges leaves one snapshot in the end', async () => {
  // Every so many commits of the store one worker is lost before it, or after it has landed.
  for (const [every, when] of [
    [3, 'before'],
    [3, 'after'],
    [7, 'after'],
  ] as const) {
    const world = open(RANGED);
    try {
      await sweep(world.engine);
      await load(world, AT[0]);
      let commits = 0;
      const failing = new Proxy(world.test.documents, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property, target);
          if (property !== 'transact' || typeof value !== 'function')
            return typeof value === 'function' ? value.bind(target) : value;
          return async (body: Parameters<typeof target.transact>[0]) => {
            const strikes = ++commits % every === 0;
            if (strikes && when === 'before') throw new PortError('documents', 'invalid', 'the worker is lost');
            const landed = await target.transact(body);
            if (strikes) throw new PortError('documents', 'invalid', 'the worker is lost');
            return landed;
          };
        },
      });
      const limits = { ...world.engine.limits, leaseSeconds: 30 };
      const rough: SnapshotTestWorld = { ...world, engine: { ...world.engine, limits, documents: failing } };
      const survive = (message: QueuedMessage) =>
        deliver(rough, message).catch(
          (): PhaseOutcome => ({ kind: 'refused', reason: 'redelivery', detail: 'lost', slot: undefined }),
        );
      await play(rough, AT[0], survive).catch(() => undefined);
      for (let second = 65; second < 560; second += 31) {
        world.test.clock.advanceTo(new Date(Date.parse(AT[0]) + second * 1000).toISOString());
        await sweep(world.engine);
        for (let messages = take(world); messages.length > 0; messages = take(world))
          for (const message of messages) await survive(message);
      }
      // Half a day later nothing strikes any more.
      world.test.clock.advanceTo('2026-11-24T01:00:05.000Z');
      await sweep(world.engine);
      for (let messages = take(world); messages.length > 0; messages = take(world))
        for (const message of messages) await deliver(world, message);
      const slot = await world.test.documents.get<SlotRecord>(`slots/${PHASE}@2026-11-24T00:00Z`);
      assert.equal(slot?.status, 'concluded', `${every} ${when}`);
      const plan = await world.test.documents.get<FanOutRecord>(
        `slots/${PHASE}@2026-11-24T00:00Z/attempts/1/fan-outs/capture-behavior~ranges`,
      );
      assert.equal(plan?.shards.length ?? 5, 5);
      await load(world, AT[1], 1);
      assert.equal(endingOf(await play(world, AT[1])), 'passed', 'and the next slot is as good as ever');
      assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
    } finally {
      world.close();
    }
  }
});

test('a size that is no size is told with its path and what is allowed', () => {
  for (const wrong of ['0', '999', 'many', '1.5'])
    assert.throws(
      () => sampleConfiguration(RANGED.replace('documents_per_range: 1000', `documents_per_range: ${wrong}`)),
      /snapshots\.documents_per_range.*1000 to 100000000/s,
    );
});
