import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { memoryGibOf } from '../../functions/cli/serve/count-day.ts';
import { catalog } from '../../shared/domain/catalog.ts';
import { peerPrices } from '../../shared/domain/peer-prices.ts';
import {
  addUsage,
  METERS,
  PRICES,
  priceMonth,
  timesUsage,
  totalUsd,
  totalUsdAfterFree,
} from '../../shared/domain/prices.ts';

const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

describe('prices', () => {
  it('prices a unit of each meter at its own scale', () => {
    near(totalUsd(priceMonth({ reads: 100_000 })), 0.03);
    near(totalUsd(priceMonth({ writes: 100_000 })), 0.09);
    near(totalUsd(priceMonth({ invocations: 1_000_000 })), 0.4);
    near(totalUsd(priceMonth({ cpuSeconds: 1000, gibSeconds: 1000 })), 0.024 + 0.0025);
    near(totalUsd(priceMonth({ schedulerJobs: 6 })), 0.6);
  });

  it('gives the free allotment once and never a negative price', () => {
    near(totalUsdAfterFree(priceMonth({ schedulerJobs: 6 })), 0.3);
    near(totalUsdAfterFree(priceMonth({ schedulerJobs: 2 })), 0);
    near(totalUsdAfterFree(priceMonth({ alertConditions: 21 })), 2.1);
  });

  it('has no line for what was not used, and keeps the order of the price list', () => {
    assert.deepEqual(
      priceMonth({ storageB: 1, reads: 1, writes: 0 }).map(({ meter }) => meter),
      ['reads', 'storageB'],
    );
  });

  it('adds and multiplies usage meter by meter', () => {
    assert.deepEqual(addUsage({ reads: 1, writes: 2 }, { reads: 3 }), { reads: 4, writes: 2 });
    assert.deepEqual(timesUsage({ reads: 2 }, 3), { reads: 6 });
  });

  it('names for every price the page that it was read on', () => {
    for (const meter of METERS) assert.match(PRICES[meter].page, /^https:\/\/cloud\.google\.com\/[a-z/-]+$/, meter);
  });
});

describe('peers', () => {
  const work = { runs: 217, operations: 2_000, ticks: 8_766 };
  const price = (name: string, of = work) => peerPrices(of).find((peer) => peer.name === name)?.usdPerMonth;

  it('pays for a Temporal plan however little it does, and for actions beyond a million', () => {
    near(price('Temporal Cloud'), 100);
    near(price('Temporal Cloud', { runs: 0, operations: 3_000_000, ticks: 0 }), 200);
  });

  it('pays Dagster by the step', () => {
    near(price('Dagster+'), 90);
    near(price('Dagster+', { ...work, operations: 0 }), 10);
  });

  it('pays Inngest nothing while it stays in the free plan, and says so', () => {
    near(price('Inngest'), 0);
    near(price('Inngest', { ...work, ticks: 50_000 }), 75);
    const plan = (ticks: number) => {
      const peer = peerPrices({ runs: 0, operations: 0, ticks }).find(({ name }) => name === 'Inngest');
      return [peer?.plan, peer?.usdPerMonth, /traces older/.test(peer?.leavesOut ?? '')];
    };
    assert.deepEqual(plan(50_000), ['Free', 0, true]);
    assert.deepEqual(plan(50_001), ['Pro', 75, false]);
  });
});

describe('what peers count', () => {
  const work = { runs: 217, operations: 2_000, ticks: 8_766 };
  const peer = (name: string, of = work) => {
    const found = peerPrices(of).find((one) => one.name === name);
    assert.ok(found !== undefined);
    return found;
  };

  it('is told with each, the ticks and why they are charged or not included', () => {
    for (const { name, unitsEach, note } of peerPrices(work)) {
      assert.match(note, /tick/, name);
      if (unitsEach.ticks === 0) assert.match(note, /neither runs, steps nor ticks|ticks not/, name);
      else assert.match(note, /a tick as|and a tick as/, name);
    }
  });

  it('says whether the price rests on the ticks', () => {
    assert.match(peer('Inngest').note, /Without ticks the price is the same/);
    assert.match(peer('Inngest', { ...work, ticks: 60_000 }).note, /Without ticks the price is 0\.00/);
    assert.match(peer('Temporal Cloud', { ...work, ticks: 1e6 }).note, /Without ticks the price is 100\.00/);
  });

  it('gives the DCUs that the reported price of Composer comes to', () => {
    const { usdPerMonth, note } = peer('Cloud Composer 3');
    const [, dcus, hours] = /that is ([\d.]+) DCUs for ([\d.]+) hours/.exec(note) ?? [];
    assert.ok(Math.abs(Number(dcus) * Number(hours) * 0.06 - usdPerMonth) < 0.05 * 730.5 * 0.06 + 1e-9, note);
    assert.match(note, /users report 300 to 400/);
  });
});

describe('the memory that is billed', () => {
  it('is what Terraform gives each function', () => {
    const text = readFileSync('infra/functions.tf', 'utf8');
    assert.match(text, /keys\(local\.functions\) : name => "512Mi"/);
    const large = [...text.matchAll(/"([a-z-]+)" = "1Gi"/g)].map(([, name]) => name);
    for (const { name } of [...catalog.phases, ...catalog.services])
      assert.equal(memoryGibOf(name), large.includes(name) ? 1 : 0.5, name);
  });
});
