import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderCost } from '../../../functions/cli/render/cost.ts';
import { type CostView, costView } from '../../../functions/cli/render/cost-view.ts';
import type { CountedFunction } from '../../../functions/cli/serve/count-day.ts';
import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import type { Ending } from '../../../shared/domain/ending.ts';
import { PRICES } from '../../../shared/domain/prices.ts';
import { slotsOfDate } from '../../../shared/domain/slot.ts';
import type { RunView } from '../../../shared/engine/read-run.ts';

const SUNDAY = '2026-11-29';

const counted = (name: string, index: number): CountedFunction => ({
  name,
  usage: { reads: 1000 * (index + 1), writes: 100, cpuSeconds: 7, invocations: 1 },
  roundTrips: 10,
  asked: {},
  places: {},
  messages: name === 'watchdog' ? 288 : 1,
  billedSeconds: 7,
});

/** What the rendering reads of a run. */
const run = (phase: string, slot: string, ending: Ending | null): RunView =>
  ({
    phase,
    slot,
    ending,
    status: ending === null ? 'waiting' : 'concluded',
    reason: 'why',
    operations: [1, 2],
  }) as never;

/** A Sunday on which every slot passed but those named; null waits, undefined never ran. */
function view(others: Readonly<Record<string, Ending | null | undefined>> = {}, deadLetters = 0): CostView {
  const runs = PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, SUNDAY)).flatMap(({ phase, slotId }) => {
    const ending = slotId in others ? others[slotId] : 'passed';
    return ending === undefined ? [] : [run(phase, slotId, ending)];
  });
  return costView({ date: SUNDAY, functions: [...PHASE_NAMES, 'watchdog'].map(counted), runs, deadLetters });
}

const NOON = `high-noon-sync@${SUNDAY}T12:00Z`;
const SNAPSHOT = `snapshot-orchestration@${SUNDAY}T06:00Z`;
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

describe('the price of a day', () => {
  it('says of every phase how it ended, and which day was played', () => {
    const lines = renderCost(view({ [SNAPSHOT]: 'degraded' }));
    assert.match(lines[0] ?? '', /^The five phases cost \d\.\d+ USD .*: below 1\.00$/);
    assert.match(lines[3] ?? '', /^The day played is 2026-11-29, /);
    for (const phase of PHASE_NAMES) assert.match(lines[4] ?? '', new RegExp(`${phase} passed`));
    assert.match(lines[4] ?? '', /snapshot-orchestration passed 3 times and degraded/);
  });

  it('is told as no whole day before any price, with phase, ending and reason, when a slot did not end good', () => {
    const cases: readonly [Ending | null | undefined, string][] = [
      ['failed', 'failed'],
      ['refused', 'refused'],
      [null, 'waiting'],
      [undefined, 'none'],
    ];
    for (const [ending, word] of cases) {
      const bad = view({ [NOON]: ending });
      assert.equal(bad.isWholeDay, false, word);
      assert.equal(bad.phases.reached || bad.stateAndMessages.reached, false);
      assert.deepEqual(
        bad.endings.filter(({ isGood }) => !isGood).map(({ slot, ended }) => [slot, ended]),
        [[NOON, word]],
      );
      const lines = renderCost(bad);
      assert.match(lines[0] ?? '', new RegExp(`^NOT A WHOLE DAY: high-noon-sync ended ${word}\\.`));
      assert.match(lines[1] ?? '', new RegExp(`^ {2}${NOON}: (why|nothing ran for it)$`));
      assert.doesNotMatch(lines.join('\n'), /: (NOT )?below/);
    }
  });

  it('is no whole day either when a message was taken by nobody', () => {
    const lost = view({}, 2);
    assert.equal(lost.isWholeDay, false);
    assert.match(renderCost(lost)[0] ?? '', /messages that no function took: 2/);
  });

  it('has rows that add up to each sum, the schedules in a row of their own', () => {
    const { phases, everything } = view();
    for (const { parts, lines, usdPerMonth } of [phases, everything]) {
      near(
        parts.reduce((sum, part) => sum + part.usdPerMonth, 0),
        usdPerMonth,
      );
      near(
        lines.reduce((sum, line) => sum + line.usd, 0),
        usdPerMonth,
      );
    }
    assert.deepEqual(phases.parts.at(-1), { name: 'Scheduler jobs: 5', usdPerMonth: 0.5 });
  });

  it('has printed rows that add up to the printed sums', () => {
    const lines = renderCost(view());
    const begin = lines.findIndex((line) => line.startsWith('function, that day')) + 1;
    const rows = lines
      .slice(begin, lines.indexOf('', begin))
      .map((line) => ({ isSum: line.startsWith('='), usd: Number(line.trim().split(/\s+/).at(-1)) }));
    let sum = 0;
    let sums = 0;
    for (const { isSum, usd } of rows) {
      if (!isSum) sum += usd;
      // Each row is rounded to the fourth digit.
      else assert.ok(Math.abs(sum - usd) < 0.00005 * (rows.length + 1), `${sum} is not ${usd}`);
      sums += isSum ? 1 : 0;
    }
    assert.equal(sums, 2);
  });

  it('carries with each line the price, what is free and the page they are read on', () => {
    for (const { meter, listPrice, freePerMonth, page } of view().everything.lines) {
      const { usd, per, freePerMonth: free, page: read } = PRICES[meter];
      assert.deepEqual([listPrice, freePerMonth, page], [{ usd, per }, free, read]);
    }
    assert.match(renderCost(view()).join('\n'), /Firestore reads .*0\.03 for 100,000 +1,500,000/);
  });

  it('compares itself in the table of the others, and each of them says what it counts', () => {
    const { own, peers, everything, work } = view();
    near(own.usdPerMonth, everything.usdPerMonth);
    assert.equal(Math.round(work.ticks), 8766);
    const text = renderCost(view());
    const table = text.slice(text.findIndex((line) => line.startsWith('the same work')) + 1);
    const prices = table.filter((line) => / USD {2}/.test(line)).map((line) => Number(/([\d.]+) USD/.exec(line)?.[1]));
    assert.equal(prices.length, peers.length + 1);
    assert.deepEqual(
      prices,
      [...prices].sort((a, b) => b - a),
    );
    assert.equal(table.filter((line) => line.startsWith('    counts ')).length, peers.length + 1);
  });
});
