import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { Waiver } from '../../shared/domain/override.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import { holdNoon } from '../../shared/engine/acts/hold.ts';
import { grantOverride, grantWaiver } from '../../shared/engine/acts/override.ts';
import { waiveAdvisory } from '../../shared/engine/acts/risk.ts';
import { expireActs } from '../../shared/engine/expire-acts.ts';
import { PAGE_PATH, type PageSummary } from '../../shared/engine/page-summary.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { createTestEngine, scheduled, type TestEngine, testCheck, testPhase } from '../support/engine.ts';

const DATE = '2026-11-24';
const at = (time: string) => `${DATE}T${time}:00.000Z`;
const NOW = at('11:00');
const ana = { name: 'ana' };
const kim = { name: 'kim' };
const prep = chainSlot('t-90-prep', DATE);
const noon = chainSlot('high-noon-sync', DATE);
const QUARTER = 92 * 86_400;

const put = (world: TestEngine, path: string, data: object) => world.documents.transact(async (t) => t.set(path, data));
const linesOf = async (world: TestEngine) =>
  (await world.documents.query<{ kind: string; subject: string; actor: string }>('ledger')).map(
    ({ data }) => `${data.kind} ${data.subject} ${data.actor}`,
  );
const refusal = (answer: { ok: boolean; why?: string }) => (answer.ok ? 'granted' : (answer.why ?? ''));
const pageOf = async (world: TestEngine) => (await world.documents.get<PageSummary>(PAGE_PATH)) as PageSummary;

describe('an override', () => {
  /** A T-90 that failed with two findings, at eleven. */
  async function failed(): Promise<TestEngine> {
    const words = { code: 'broken', message: 'm', remedy: 'r' };
    const say = () => [
      fails({ ...words, subject: 'world' }),
      fails({ ...words, subject: 'moon', soft: true }),
      fails({ ...words, subject: 'sun' }),
    ];
    const world = createTestEngine(at('10:30'), { 't-90-prep': testPhase('t-90-prep', [testCheck('look', say)]) });
    await runPhase(world.engine, scheduled('t-90-prep', at('10:30')));
    world.clock.advanceTo(NOW);
    return world;
  }
  const ask = (change: object = {}) => ({
    slotId: prep.slotId,
    findingId: 'look/world/broken',
    until: at('12:00'),
    reason: 'known',
    ...change,
  });

  it('names a slot that has ended, a finding of it that blocks, and an end within a day', async () => {
    const world = await failed();
    const say = async (change: object) => refusal(await grantOverride(world.engine, ana, ask(change)));
    assert.match(await say({ slotId: 'never' }), /'never' is not a slot of the schedule/);
    const check = chainSlot('t-30-final-check', DATE).slotId;
    assert.match(await say({ slotId: check }), /has not concluded/);
    assert.match(await say({ slotId: noon.slotId }), /only findings of t-90-prep and t-30-final-check/);
    assert.match(await say({ until: NOW }), /is in the past/);
    assert.match(await say({ until: plusSeconds(NOW, 86_401) }), /at most 24 hours/);
    assert.match(await say({ findingId: 'look/mars/broken' }), /is no finding of/);
    assert.match(await say({ findingId: 'other/world/broken' }), /is no finding of/);
    assert.match(await say({ findingId: '' }), /'' is no finding of/);
    assert.match(await say({ findingId: 'look/moon/broken' }), /is degraded; only failed and inconclusive/);
    assert.deepEqual(await world.documents.query('controls').then((all) => all.map(({ path }) => path)), [
      'controls/head',
    ]);
    assert.equal(await say({ until: plusSeconds(NOW, 86_400) }), 'granted');
  });

  it('replaces an earlier one of the same finding, is counted for the month, and shown', async () => {
    const world = await failed();
    for (const remaining of [2, 1, 0]) {
      const answer = await grantOverride(world.engine, ana, ask({ reason: `${remaining} are left` }));
      assert.equal(answer.ok && answer.detail.remaining, remaining);
    }
    assert.match(refusal(await grantOverride(world.engine, ana, ask())), /the month's 3 overrides are used up/);
    const stored = await world.documents.get<{ items: { reason: string }[] }>(paths.overrides);
    assert.deepEqual(
      stored?.items.map(({ reason }) => reason),
      ['0 are left'],
    );
    assert.deepEqual((await pageOf(world)).overrides, stored?.items);
    const other = await failed();
    await grantOverride(other.engine, ana, ask());
    await grantOverride(other.engine, ana, ask({ findingId: 'look/sun/broken' }));
    const both = await other.documents.get<{ items: { findingId: string }[] }>(paths.overrides);
    assert.deepEqual(
      both?.items.map(({ findingId }) => findingId),
      ['look/world/broken', 'look/sun/broken'],
    );
  });

  it('is for a slot that can be rerun still', async () => {
    const world = await failed();
    const closes = at('11:40');
    world.clock.advanceTo(closes);
    assert.equal(refusal(await grantOverride(world.engine, ana, ask())), 'granted');
    world.clock.advanceTo('2026-11-24T11:40:00.001Z');
    assert.match(refusal(await grantOverride(world.engine, ana, ask())), /its rerun window closed at .+11:40/);
  });
});

describe('a waiver', () => {
  const world = () => createTestEngine(NOW, {});
  const waive = (one: TestEngine, who: typeof ana, change: object = {}) =>
    grantWaiver(one.engine, who, {
      guardrail: 'GR-2',
      records: ['sku-1'],
      until: at('12:00'),
      reason: 'known',
      ...change,
    });

  it('names a guardrail that there is, and an end within a quarter', async () => {
    const one = world();
    const say = async (change: object) => refusal(await waive(one, ana, change));
    assert.match(await say({ guardrail: 'GR-9' }), /'GR-9' is no guardrail; known are GR-1, GR-2/);
    assert.match(await say({ until: NOW }), /is in the past/);
    assert.match(await say({ until: plusSeconds(NOW, QUARTER + 1) }), /at most 92 days/);
    assert.equal(await say({ until: plusSeconds(NOW, QUARTER) }), 'granted');
    const [waiver] = (await pageOf(one)).waivers;
    assert.deepEqual([waiver?.owner, waiver?.approvers, waiver?.records], ['ana', ['ana'], ['sku-1']]);
  });

  it('of a critical guardrail is one person’s where there is but one', async () => {
    const { engine } = world();
    const people = { ...engine.configuration.people, single_operator: true };
    const one = createTestEngine(NOW, {}, { configuration: { ...engine.configuration, people } });
    const answer = await waive(one, ana, { guardrail: 'GR-1' });
    assert.equal(answer.ok && answer.detail.granted, true);
  });

  it('that was proposed is not completed when it is over, nor by its own proposer', async () => {
    const one = world();
    const critical = { guardrail: 'GR-1', until: at('11:30') };
    assert.equal(refusal(await waive(one, ana, critical)), 'granted');
    assert.deepEqual(
      (await pageOf(one)).proposals.map(({ owner }) => owner),
      ['ana'],
    );
    const own = await waive(one, { name: 'Ana ' }, critical);
    assert.equal(own.ok && own.detail.granted, false);
    one.clock.advanceTo(at('11:30'));
    const late = await waive(one, kim, { ...critical, until: at('12:30') });
    assert.equal(late.ok && late.detail.granted, false, 'the proposal is over: this is a new one');
    const done = await waive(one, ana, { ...critical, until: at('13:30') });
    assert.equal(done.ok && done.detail.granted, true);
    const { items, proposals } = (await one.documents.get<{ items: Waiver[]; proposals: Waiver[] }>(
      paths.waivers,
    )) as never as { items: Waiver[]; proposals: Waiver[] };
    assert.deepEqual([items.map(({ until }) => until), proposals], [[at('12:30')], []]);
  });

  it('for an advisory names one, and ends within a quarter', async () => {
    const one = world();
    const say = async (change: object) =>
      refusal(
        await waiveAdvisory(one.engine, ana, {
          advisory: 'CVE-2026-1',
          until: at('12:00'),
          reason: 'known',
          ...change,
        }),
      );
    assert.match(await say({ advisory: 'CVE 2026' }), /is no id of an advisory/);
    assert.match(await say({ advisory: '2026-1' }), /is no id of an advisory/);
    assert.match(await say({ until: NOW }), /is in the past/);
    assert.match(await say({ until: plusSeconds(NOW, QUARTER + 1) }), /at most 92 days/);
    assert.deepEqual(await linesOf(one), []);
    await put(one, paths.waivers, { items: [{ id: 'w' }], proposals: [{ id: 'p' }] });
    assert.equal(await say({ until: plusSeconds(NOW, QUARTER) }), 'granted');
    const stored = await one.documents.get<{ items: Waiver[]; proposals: Waiver[] }>(paths.waivers);
    assert.deepEqual(
      [stored?.items.map(({ id }) => id), stored?.proposals],
      [['w', `waiver-${NOW}-CVE-2026-1`], [{ id: 'p' }]],
    );
    assert.deepEqual(stored?.items[1]?.records, ['CVE-2026-1']);
  });
});

describe('exceptions that are over', () => {
  it('are taken away at their end, each with its line; others stay', async () => {
    const world = createTestEngine(NOW, {});
    const until = (id: string, time: string) => ({ id, until: at(time) });
    await put(world, paths.overrides, { items: [until('o-over', '11:00'), until('o', '11:01')] });
    await put(world, paths.waivers, {
      items: [until('w-over', '10:59'), until('w', '11:01')],
      proposals: [{ id: 'p' }],
    });
    await expireActs(world.engine);
    assert.deepEqual(await linesOf(world), ['override-expired o-over engine', 'waiver-expired w-over engine']);
    assert.deepEqual(await world.documents.get(paths.overrides), { items: [until('o', '11:01')] });
    assert.deepEqual(await world.documents.get(paths.waivers), {
      items: [until('w', '11:01')],
      proposals: [{ id: 'p' }],
    });
    await expireActs(world.engine);
    assert.equal((await linesOf(world)).length, 2, 'once');
  });

  it('of one kind leave the other alone', async () => {
    const world = createTestEngine(NOW, {});
    await put(world, paths.waivers, { items: [{ id: 'w-over', until: NOW }], proposals: [] });
    await expireActs(world.engine);
    assert.equal(await world.documents.get(paths.overrides), undefined);
    const other = createTestEngine(NOW, {});
    await put(other, paths.overrides, { items: [{ id: 'o-over', until: NOW }] });
    await expireActs(other.engine);
    assert.equal(await other.documents.get(paths.waivers), undefined);
    assert.deepEqual(await linesOf(other), ['override-expired o-over engine']);
  });

  it('and holds end after noon, once noon has concluded for them, of today and of yesterday', async () => {
    const world = createTestEngine(at('11:00'), {});
    await holdNoon(world.engine, ana, { date: DATE, reason: 'supplier' });
    const statusOf = async () => (await world.documents.get<DayRecord>(paths.day(DATE)))?.hold?.status;
    world.clock.advanceTo(at('12:30'));
    const day = await world.documents.get<DayRecord>(paths.day(DATE));
    const ended = { ...day, slots: { [noon.slotId]: { slotId: noon.slotId, status: 'concluded' } } };
    await put(world, paths.day(DATE), ended);
    await expireActs(world.engine);
    assert.equal(await statusOf(), 'active', 'its window is open still');
    world.clock.advanceTo('2026-11-24T12:30:00.001Z');
    await put(world, paths.day(DATE), { ...ended, slots: {} });
    await expireActs(world.engine);
    assert.equal(await statusOf(), 'active', 'noon has not been concluded for it');
    await put(world, paths.day(DATE), ended);
    world.clock.advanceTo('2026-11-25T09:00:00.000Z');
    await expireActs(world.engine);
    assert.equal(await statusOf(), 'expired');
    assert.deepEqual((await linesOf(world)).at(-1), `hold-expired ${DATE} engine`);
    await expireActs(world.engine);
    assert.equal((await linesOf(world)).length, 2);
  });
});
