import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SteppedClock } from '../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import { SimulatedStore, WorkerDocuments } from '../../shared/simulation/documents.ts';
import { CALM, Faults } from '../../shared/simulation/faults.ts';
import { Gate } from '../../shared/simulation/gate.ts';
import { Scheduler } from '../../shared/simulation/scheduler.ts';
import { Worker } from '../../shared/simulation/worker.ts';
import { calmCommand, contendedCommand, contentsOf, outcomeOf, play, type StoreCommand } from './store-commands.ts';

export interface ComparedStore {
  readonly name: string;
  readonly documents: DocumentsPort;
  /** As in the contract of documents. */
  readonly waits: boolean;
  /** Lets the store's own time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

const START = '2026-11-24T00:00:00.000Z';

export const embeddedStore = (): ComparedStore => ({
  name: 'embedded',
  documents: new LocalDocuments(':memory:', new SteppedClock(START)),
  waits: false,
  run: (work) => work,
});

export function simulatedStore(): ComparedStore {
  const scheduler = new Scheduler(Date.parse(START));
  const gate = new Gate(scheduler, new Faults(1, CALM));
  return {
    name: 'simulated',
    documents: new WorkerDocuments(new SimulatedStore(), gate, new Worker('w', 1, scheduler)),
    waits: false,
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

let roots = 0;

/** Carries the same commands out in each store, and compares every answer and what stands in the end. */
export async function compareOnce(stores: readonly ComparedStore[], commands: readonly StoreCommand[]): Promise<void> {
  const root = `r${++roots}`;
  const [first, ...others] = stores;
  if (first === undefined) return;
  const answersOf = async ({ documents, waits, run }: ComparedStore) => {
    const answers: unknown[] = [];
    for (const [step, command] of commands.entries())
      answers.push(await run(outcomeOf(() => play(documents, command, { root, waits, step }))));
    answers.push(await run(contentsOf(documents, root)));
    return answers;
  };
  const expected = await answersOf(first);
  for (const other of others) {
    const found = await answersOf(other);
    for (const [step, answer] of found.entries())
      assert.deepEqual(answer, expected[step], `${other.name} and ${first.name} at step ${step}`);
  }
}

/** Throws the shortest sequence on which two stores differ. `contended` more sequences have writers that meet. */
export async function compareStores(
  stores: readonly ComparedStore[],
  options: { readonly sequences: number; readonly contended: number; readonly seed: number },
): Promise<{ sequences: number; contended: number; commands: number }> {
  let commands = 0;
  const compare = (drawn: fc.Arbitrary<StoreCommand[]>, numRuns: number) =>
    fc.assert(
      fc.asyncProperty(drawn, async (sequence) => {
        commands += sequence.length;
        await compareOnce(stores, sequence);
      }),
      { numRuns, seed: options.seed },
    );
  await compare(fc.array(calmCommand, { minLength: 1, maxLength: 24, size: 'max' }), options.sequences);
  const meeting = fc.tuple(calmCommand, contendedCommand, contendedCommand, calmCommand);
  await compare(meeting as fc.Arbitrary<StoreCommand[]>, options.contended);
  return { sequences: options.sequences, contended: options.contended, commands };
}
