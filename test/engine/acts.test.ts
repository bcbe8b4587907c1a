import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import { noonDateOf } from '../../shared/domain/noon-date.ts';
import {
  accessProposals,
  approveAccess,
  isAccessReviewed,
  keepAccess,
  noteApplied,
} from '../../shared/engine/acts/access.ts';
import { holdNoon } from '../../shared/engine/acts/hold.ts';
import { grantWaiver } from '../../shared/engine/acts/override.ts';
import { assignRisk, closeRisk } from '../../shared/engine/acts/risk.ts';
import { readControls } from '../../shared/engine/read-controls.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { createTestEngine, scheduled, type TestEngine, testCheck, testPhase } from '../support/engine.ts';

const NOW = '2026-11-29T12:40:00.000Z';
const ana = { name: 'ana' };
const kim = { name: 'kim' };

const ledgerOf = async (world: TestEngine) =>
  (await world.documents.query<{ kind: string; subject: string; detail: Record<string, unknown> }>('ledger')).map(
    ({ data }) => data,
  );
const put = (world: TestEngine, path: string, data: object) => world.documents.transact(async (t) => t.set(path, data));

describe('a hold', () => {
  const hold = (world: TestEngine, date: string) => holdNoon(world.engine, ana, { date, reason: 'supplier' });

  it('is set for a noon to come and until the launch window closes, and refused after that', async () => {
    const world = createTestEngine('2026-11-29T12:30:00.000Z', {});
    assert.equal((await hold(world, '2026-11-30')).ok, true);
    assert.equal((await hold(world, '2026-11-29')).ok, true, 'noon waits in its window still');
    for (const [now, date] of [
      ['2026-11-30T12:30:00.001Z', '2026-11-28'],
      ['2026-11-30T12:30:00.002Z', '2020-01-01'],
    ] as const) {
      world.clock.advanceTo(now);
      const late = await hold(world, date);
      assert.match(late.ok ? '' : late.why, new RegExp(`the launch window of ${date} closed at ${date}T12:30:00`));
      assert.equal(await world.documents.get(paths.day(date)), undefined);
    }
  });

  it('names a noon: its date, its time or its id, and no other slot', () => {
    for (const text of ['2026-11-29', '2026-11-29T12:00:00Z', 'high-noon-sync@2026-11-29T12:00Z'])
      assert.equal(noonDateOf(text), '2026-11-29');
    for (const text of ['t-90-prep@2026-11-29T10:30Z', 'weekly-risk-review@2026-11-29T12:00Z', '2026-11-29T10:30:00Z'])
      assert.equal(noonDateOf(text), undefined, text);
  });
});

describe('a risk', () => {
  const register = { date: '2026-11-29', risks: [{ id: 'R-1', status: 'open', title: 'x', level: 1, score: 1 }] };
  const open = async () => {
    const world = createTestEngine(NOW, {});
    await put(world, 'risks/2026-11-29', register);
    return world;
  };

  it('is assigned to an owner, until a date, or both, and not to nobody', async () => {
    const world = await open();
    const assign = (change: object) => assignRisk(world.engine, ana, { riskId: 'R-1', reason: 'hers', ...change });
    assert.equal((await assign({})).ok, false);
    assert.equal((await assign({ dueDate: '2026-02-30' })).ok, false);
    assert.equal((await assign({ owner: 'kim' })).ok, true);
    assert.equal((await assign({ dueDate: '2026-12-31' })).ok, true);
    const stored = await world.documents.get<{ acts: Record<string, object> }>('controls/risks');
    assert.deepEqual(stored?.acts['R-1'], { owner: 'kim', dueDate: '2026-12-31' });
    const lines = await ledgerOf(world);
    assert.deepEqual(
      lines.map(({ kind, detail }) => [kind, detail.closed]),
      [
        ['risk-assigned', false],
        ['risk-assigned', false],
      ],
    );
  });

  it('is closed by a person’s word, which the ledger says', async () => {
    const world = await open();
    assert.equal((await closeRisk(world.engine, ana, { riskId: 'R-2', reason: 'gone' })).ok, false);
    assert.equal((await closeRisk(world.engine, ana, { riskId: 'R-1', reason: 'gone' })).ok, true);
    const [line] = await ledgerOf(world);
    assert.deepEqual([line?.kind, line?.subject, line?.detail.closed], ['risk-closed', 'R-1', true]);
  });
});

describe('a proposal about access', () => {
  const change = { kind: 'disable-account', email: 'old@example.com' };
  const reviewed = async () => {
    const proposals = ['P-1', 'P-2'].map((id) => ({ id, change }));
    const weekly = testPhase('weekly-risk-review', [
      testCheck('review-access', undefined, { output: { proposals } as never }),
    ]);
    const world = createTestEngine('2026-11-29T12:31:00.000Z', { 'weekly-risk-review': weekly });
    await runPhase(world.engine, scheduled('weekly-risk-review', '2026-11-29T12:00:00.000Z'));
    world.clock.advanceTo(NOW);
    return world;
  };
  const ask = { proposalId: 'P-1', reason: 'she left' };

  it('is approved once, and applied only after that', async () => {
    const world = await reviewed();
    assert.equal((await approveAccess(world.engine, ana, { ...ask, proposalId: 'P-9' })).ok, false);
    const early = await noteApplied(world.engine, ana, ask);
    assert.equal(!early.ok && early.why, 'nobody has approved it');
    assert.equal((await approveAccess(world.engine, ana, ask)).ok, true);
    const twice = await approveAccess(world.engine, kim, ask);
    assert.match(twice.ok ? '' : twice.why, /it was approved by ana at/);
    assert.equal((await keepAccess(world.engine, kim, ask)).ok, false);
    assert.equal((await noteApplied(world.engine, ana, ask)).ok, true);
    const kinds = (await ledgerOf(world)).filter(({ subject }) => subject === 'P-1').map(({ kind }) => kind);
    assert.deepEqual(kinds, ['access-approved', 'access-applied']);
  });

  it('stands for itself, and stays listed with what was done about it', async () => {
    const world = await reviewed();
    const list = async () =>
      (await accessProposals(world.engine)).map(
        ({ proposal, approved, applied }) => `${proposal.id} ${approved?.by ?? '-'} ${applied?.by ?? '-'}`,
      );
    assert.deepEqual([await isAccessReviewed(world.engine), await list()], [true, ['P-1 - -', 'P-2 - -']]);
    await approveAccess(world.engine, ana, ask);
    assert.deepEqual(await list(), ['P-1 ana -', 'P-2 - -']);
    await noteApplied(world.engine, kim, ask);
    assert.deepEqual(await list(), ['P-1 ana kim', 'P-2 - -']);
    await approveAccess(world.engine, kim, { ...ask, proposalId: 'P-2' });
    // The review lies too far back by now: what was approved and not carried out is asked for still.
    world.clock.advanceTo('2027-01-10T12:00:00.000Z');
    assert.deepEqual([await isAccessReviewed(world.engine), await list()], [false, ['P-2 kim -']]);
  });

  it('of no review is none', async () => {
    const world = createTestEngine(NOW, {});
    assert.deepEqual([await isAccessReviewed(world.engine), await accessProposals(world.engine)], [false, []]);
    const weekly = testPhase('weekly-risk-review', [testCheck('review'), testCheck('review-access')]);
    const bare = createTestEngine('2026-11-29T12:31:00.000Z', { 'weekly-risk-review': weekly });
    await runPhase(bare.engine, scheduled('weekly-risk-review', '2026-11-29T12:00:00.000Z'));
    assert.equal(await isAccessReviewed(bare.engine), false, 'it said nothing of access');
  });

  it('may be kept as it is', async () => {
    const world = await reviewed();
    assert.equal((await keepAccess(world.engine, ana, ask)).ok, true);
  });
});

describe('exceptions', () => {
  it('by two people replace an earlier proposal of the same guardrail, and leave others alone', async () => {
    const world = createTestEngine(NOW, {});
    const until = '2026-12-05T00:00:00.000Z';
    const waive = (who: typeof ana, guardrail: string) =>
      grantWaiver(world.engine, who, { guardrail, records: [], until, reason: 'known' });
    await put(world, paths.waivers, {
      items: [],
      proposals: [{ id: 'w-other', guardrail: 'GR-9', owner: 'sam', until, approvers: ['sam'] }],
    });
    for (const _twice of [1, 2]) {
      const proposed = await waive(ana, 'GR-1');
      assert.equal(proposed.ok && proposed.detail.granted, false);
    }
    const waiting = await world.documents.get<{ proposals: { guardrail: string }[] }>(paths.waivers);
    assert.deepEqual(
      waiting?.proposals.map(({ guardrail }) => guardrail),
      ['GR-9', 'GR-1'],
    );
    assert.equal((await waive(kim, 'GR-1')).ok, true);
    const after = await world.documents.get<{ items: { approvers: string[] }[]; proposals: { guardrail: string }[] }>(
      paths.waivers,
    );
    assert.deepEqual(
      after?.items.map(({ approvers }) => approvers),
      [['ana', 'kim']],
    );
    assert.deepEqual(
      after?.proposals.map(({ guardrail }) => guardrail),
      ['GR-9'],
    );
    assert.equal((await waive(ana, 'GR-2')).ok, true, 'one person is enough where it is not critical');
  });

  it('count for their own slot and only until their end', async () => {
    const world = createTestEngine(NOW, {});
    const slot = chainSlot('t-90-prep', '2026-11-29');
    const one = (id: string, slotId: string, until: string) => ({ id, slotId, until });
    await put(world, paths.overrides, {
      items: [
        one('own', slot.slotId, '2026-11-29T12:40:00.001Z'),
        one('over', slot.slotId, NOW),
        one('other', 't-90-prep@2026-11-28T10:30Z', '2026-12-01T00:00:00.000Z'),
      ],
    });
    const { overrides } = await readControls(world.engine, slot);
    assert.deepEqual(
      overrides.map(({ id }) => id),
      ['own'],
    );
  });

  it('do nothing to a finding that they do not name', async () => {
    const slot = chainSlot('t-90-prep', '2026-11-29');
    const broken = () => [fails({ code: 'broken', subject: 'world', message: 'm', remedy: 'r' })];
    const world = createTestEngine('2026-11-29T10:30:00.000Z', {
      't-90-prep': testPhase('t-90-prep', [testCheck('look', broken), testCheck('see', broken)]),
    });
    await put(world, paths.overrides, {
      items: [{ id: 'o', slotId: slot.slotId, findingId: 'look/world/broken', until: NOW, actor: 'ana', reason: 'x' }],
    });
    const outcome = await runPhase(world.engine, scheduled('t-90-prep', '2026-11-29T10:30:00.000Z'));
    assert.equal(outcome.kind === 'concluded' && outcome.slot.verdict, 'failed');
    const found = await world.documents.query<{ operation: string; verdict: string }>(
      `slots/${slot.slotId}/attempts/1/operations`,
    );
    assert.deepEqual(Object.fromEntries(found.map(({ data }) => [data.operation, data.verdict])), {
      look: 'degraded',
      see: 'failed',
    });
  });
});
