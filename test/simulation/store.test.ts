import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SteppedClock } from '../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import { SimulatedStore, WorkerDocuments } from '../../shared/simulation/documents.ts';
import { CALM, Faults } from '../../shared/simulation/faults.ts';
import { Gate } from '../../shared/simulation/gate.ts';
import { Dice } from '../../shared/simulation/random.ts';
import { Scheduler } from '../../shared/simulation/scheduler.ts';
import { Worker } from '../../shared/simulation/worker.ts';

const START = Date.UTC(2026, 10, 24);

function simulated(): { documents: DocumentsPort; run<T>(work: Promise<T>): Promise<T> } {
  const scheduler = new Scheduler(START);
  const gate = new Gate(scheduler, new Faults(1, CALM));
  const documents = new WorkerDocuments(new SimulatedStore(), gate, new Worker('w', 1, scheduler));
  return {
    documents,
    run: async (work) => {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      done.catch(() => {});
      while (!isDone) await scheduler.run(scheduler.now + 1000);
      return done;
    },
  };
}

type Command = (documents: DocumentsPort) => Promise<unknown>;

/** One command, drawn; given the same dice it is the same for both stores. */
function draw(dice: Dice): Command {
  const path = () => `things/${dice.pick(['a', 'b', 'c'])}`;
  const [one, two, value] = [path(), path(), Math.floor(dice.between(0, 5))];
  switch (
    dice.pick([
      'get',
      'set',
      'create',
      'delete',
      'move',
      'increment',
      'query',
      'sorted',
      'throws',
      'contended',
      'late-read',
    ])
  ) {
    case 'set':
      return (d) => d.transact(async (t) => t.set(one, { value, nested: { value } }));
    case 'create':
      return (d) => d.transact(async (t) => t.create(one, { value }));
    case 'delete':
      return (d) => d.transact(async (t) => t.delete(one));
    case 'move':
      return (d) =>
        d.transact(async (t) => {
          const [from, to] = await t.getAll<[object, object]>([one, two]);
          t.set(two, { ...from, moved: value });
          if (to === undefined && one !== two) t.delete(one);
          return { from, to };
        });
    case 'increment':
      return (d) => d.increment(`counters/${value}`, { count: value, other: 1 }).then(() => d.get(`counters/${value}`));
    case 'query':
      return (d) => d.query('things', { where: [{ field: 'value', op: '>=', value }] });
    case 'sorted':
      return (d) => d.query('things', { orderBy: { field: 'value', direction: 'desc' }, limit: 2 });
    case 'throws':
      return (d) =>
        d.transact(async (t) => {
          await t.get(one);
          throw new Error('its own business');
        });
    case 'contended': {
      let isFirst = true;
      return (d) =>
        d.transact(async (t) => {
          const known = await t.get<{ value?: number }>(one);
          if (isFirst) {
            isFirst = false;
            await d.transact(async (other) => other.set(one, { value: 99 }));
          }
          t.set(two, { seen: known?.value ?? null });
          return known;
        });
    }
    case 'late-read':
      return (d) =>
        d.transact(async (t) => {
          t.set(one, { value });
          return t.get(two);
        });
    default:
      return (d) => d.get(one);
  }
}

const settled = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? (error as Error).name };
  }
};

describe('the simulated store', () => {
  it('does what the embedded store does, command by command', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { documents, run } = simulated();
      const embedded = new LocalDocuments(':memory:', new SteppedClock(new Date(START).toISOString()));
      const [left, right] = [new Dice(seed), new Dice(seed)];
      for (let step = 0; step < 40; step++) {
        const [mine, theirs] = [draw(left), draw(right)];
        const answer = await run(settled(() => mine(documents)));
        assert.deepEqual(answer, await settled(() => theirs(embedded)), `seed ${seed}, step ${step}`);
      }
      embedded.close();
    }
  });
});
