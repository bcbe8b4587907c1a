import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASES } from '../../functions/cli/phases.ts';
import { firingsOf } from '../../functions/cli/serve/timeline.ts';
import type { PhaseName } from '../../shared/domain/catalog.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { countOperations, listPrice, type OperationCounts } from '../../shared/runtime/count-operations.ts';
import { openStory } from '../day/support.ts';

const DATE = '2026-11-25';
const none: OperationCounts = { reads: 0, writes: 0, deletes: 0 };
const sum = (a: OperationCounts, b: OperationCounts): OperationCounts => ({
  reads: a.reads + b.reads,
  writes: a.writes + b.writes,
  deletes: a.deletes + b.deletes,
});

/** A whole green day of the sample world, the second of its life, with the store's operations counted for each message. */
async function countDay() {
  await using story = await openStory();
  for (const phase of ['t-90-prep', 't-30-final-check', 'high-noon-sync'] as const)
    await story.run(phase, { 't-90-prep': '10:30', 't-30-final-check': '11:30', 'high-noon-sync': '12:00' }[phase]);
  const documents = countOperations(story.engine().documents);
  story.setEngine({ documents });
  const counts: Record<string, OperationCounts[]> = {};
  let total = none;
  let messages = 0;
  const take = (topic: string) => {
    const taken = documents.take();
    counts[topic] = [...(counts[topic] ?? []), taken];
    total = sum(total, taken);
    messages += 1;
  };
  await story.sweep(`${DATE}T00:00:00.000Z`);
  documents.take();
  const endings: string[] = [];
  const send = async (phase: PhaseName, at: string, publishedAt = at) => {
    await story.advance(at);
    const trigger = { phase, kind: 'schedule' as const, messageId: at, publishedAt, dryRun: false, rerun: false };
    return runPhase(story.engine(), trigger);
  };
  for (const { at, topic } of firingsOf(DATE)) {
    if (topic === 'watchdog') await story.sweep(at);
    else {
      const outcome = await send(topic, at);
      endings.push(outcome.kind === 'concluded' ? outcome.slot.ending : outcome.kind);
    }
    take(topic);
  }
  // A doubled firing of the scheduler: published with the first, delivered late.
  const duplicate = await send('t-90-prep', `${DATE}T23:56:00.000Z`, `${DATE}T10:30:01.000Z`);
  assert.equal(duplicate.kind === 'refused' && duplicate.reason, 'duplicate');
  take('duplicate');
  return { counts, total, messages, endings };
}

describe('the store operations of a green day', () => {
  it('stay within the figures, for each phase, a duplicate, and the day at list price', async (test) => {
    const { counts, total, messages, endings } = await countDay();
    assert.deepEqual([...new Set(endings)], ['passed']);
    const told = (topic: string): OperationCounts => {
      const [one = none] = counts[topic] ?? [];
      test.diagnostic(`${topic}: ${one.reads} reads, ${one.writes} writes, ${one.deletes} deletes`);
      return one;
    };
    const within = (topic: string, reads: number, writes: number) => {
      const one = told(topic);
      assert.ok(one.reads <= reads && one.writes <= writes, `${topic}: ${JSON.stringify(one)}`);
    };
    // The figure is 30 for five operations; each further one may cost its checkpoint and one line of the report.
    const more = PHASES['t-30-final-check'].operations.length - 5;
    within('t-30-final-check', 30 + 3 * more, 30 + more);
    // T-90 changes things beside its checks: its staged batches are effects with their intents.
    within('t-90-prep', 60, 60);
    within('high-noon-sync', 120, 120);
    within('duplicate', 2, 1);
    told('snapshot-orchestration');
    const ticks = counts.watchdog ?? [];
    const ticksTotal = ticks.reduce(sum, none);
    test.diagnostic(`watchdog: ${ticks.length} ticks, ${ticksTotal.reads} reads, ${ticksTotal.writes} writes`);
    const price = listPrice(total, messages);
    test.diagnostic(`day: ${total.reads} reads, ${total.writes} writes, ${messages} messages, $${price.toFixed(5)}`);
    assert.ok(price < 0.01, `$${price}`);
  });
});
