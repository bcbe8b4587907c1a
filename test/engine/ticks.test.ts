import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { isAnchored } from '../../shared/engine/anchor-ledger.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { WATCH_PATH, type WatchRecord } from '../../shared/engine/watch.ts';
import {
  createTestEngine,
  greenPhases,
  scheduled,
  slotIdAt,
  type TestEngine,
  TestResource,
} from '../support/engine.ts';

const on = (day: string, time: string) => `2026-11-${day}T${time}:00.000Z`;
const open = (start: string) => createTestEngine(start, greenPhases(new TestResource()));
const sweptUntil = async (world: TestEngine) => (await world.documents.get<WatchRecord>(WATCH_PATH))?.sweptUntil;

/** The world's store, with each call told by name and first argument before it is made. */
function listening(
  { engine, documents }: TestEngine,
  tell: (method: string, first: unknown) => void,
): TestEngine['engine'] {
  const told = new Proxy(documents, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        tell(String(property), args[0]);
        return value.apply(target, args);
      };
    },
  });
  return { ...engine, documents: told };
}

describe('how far the watchdog has come', () => {
  it('is noted once a day', async () => {
    const world = open(on('24', '10:00'));
    await sweep(world.engine);
    assert.equal(await sweptUntil(world), on('24', '10:00'));
    world.clock.advanceTo(on('24', '23:00'));
    await sweep(world.engine);
    assert.equal(await sweptUntil(world), on('24', '10:00'));
    world.clock.advanceTo(on('25', '00:10'));
    await sweep(world.engine);
    assert.equal(await sweptUntil(world), on('25', '00:10'));
  });

  it('is not moved on over a slot that could not be looked at, which is closed when it can be, however late', async () => {
    const world = open(on('24', '10:00'));
    await sweep(world.engine);
    world.clock.advanceTo(on('25', '00:10'));
    const lost = slotIdAt('t-90-prep', on('24', '10:30'));
    const failing = listening(world, (method, first) => {
      if (method === 'get' && first === paths.slot(lost)) throw new PortError('documents', 'unavailable', 'no');
    });
    const report = await sweep(failing);
    assert.ok(!report.closed.some((line) => line.startsWith(lost)), report.closed.join());
    assert.equal(await sweptUntil(world), on('24', '10:00'));
    world.clock.advanceTo(on('29', '09:00'));
    assert.ok((await sweep(world.engine)).closed.includes(`${lost} missed`));
    assert.equal(await sweptUntil(world), on('29', '09:00'));
  });
});

describe('a tick that finds nothing to do', () => {
  it('reads once what it looks at and asks once what is owed, and writes nothing', async () => {
    const world = open(on('24', '10:00'));
    await sweep(world.engine);
    world.clock.advanceTo(on('24', '10:30'));
    await runPhase(world.engine, scheduled('t-90-prep', on('24', '10:30')));
    world.clock.advanceTo(on('24', '10:35'));
    await sweep(world.engine);
    world.clock.advanceTo(on('24', '10:40'));
    const calls: string[] = [];
    await sweep(listening(world, (method) => calls.push(method)));
    assert.deepEqual(calls.sort(), ['query', 'readAll']);
  });
});

describe('an anchor', () => {
  it('is owed for a head that has none of its own, or none since an hour', () => {
    const head = { seq: 3, hash: 'h', token: 1 };
    const anchor = { seq: 3, hash: 'h', at: on('24', '10:00') };
    const now = on('24', '10:30');
    assert.equal(isAnchored(undefined, undefined, now), true);
    assert.equal(isAnchored({ ...head, seq: 0 }, undefined, now), true);
    assert.equal(isAnchored(head, undefined, now), false);
    assert.equal(isAnchored(head, anchor, now), true);
    assert.equal(isAnchored(head, { ...anchor, seq: 2 }, now), false);
    assert.equal(isAnchored(head, anchor, on('24', '11:00')), false);
  });
});
