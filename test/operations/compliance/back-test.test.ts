import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Configuration } from '../../../shared/domain/configuration/index.ts';
import { emptyDay } from '../../../shared/domain/day.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { backTest } from '../../../shared/operations/compliance/back-test.ts';
import { type PastAudit, pastAudits } from '../../../shared/operations/compliance/past-audits.ts';
import { presentEvidence } from '../../../shared/operations/compliance/present-evidence.ts';
import type { HistoryPort } from '../../../shared/ports/history.ts';
import { ask, configurationOf, evidenceOf, example, exampleText, goodWorld, NOW, row, type World } from './world.ts';

/** The stored audit of a day on which the world was like this. */
async function audited(date: string, world: World, configuration: Configuration = example): Promise<PastAudit> {
  const { verdict, output } = await ask(world, configuration);
  const { results } = output as { results: PastAudit['results'] };
  return { date, slotId: `t-30-final-check@${date}T11:30Z`, attempt: 1, at: NOW, verdict, results };
}

const test = (past: PastAudit[], configuration: Configuration, present: World) =>
  backTest({
    past,
    configuration,
    archive: presentEvidence(evidenceOf(present, configuration), configuration),
    signal: new AbortController().signal,
  });

const stricter = configurationOf(exampleText.replace('coa.uncertainty_pct <= 0.3', 'coa.uncertainty_pct <= 0.1'));

describe('a back-test', () => {
  it('with the same rules is the past again, without reading anything', async () => {
    const broken = goodWorld();
    row(broken, 'orders').ship_to_state = 'OK';
    const past = [await audited('2026-11-23', goodWorld()), await audited('2026-11-24', broken)];
    const { days, stopped } = await test(past, example, { ...goodWorld(), sets: {} });
    assert.deepEqual(
      days.map(({ was, wouldBe, changed, cannotTell }) => [was, wouldBe, changed.length, cannotTell.length]),
      [
        ['passed', 'passed', 0, 0],
        ['failed', 'failed', 0, 0],
      ],
    );
    assert.deepEqual(stopped, ['2026-11-24']);
  });

  it('names the days that a stricter rule would have stopped, over the evidence of that day', async () => {
    const { days, stopped } = await test([await audited('2026-11-24', goodWorld())], stricter, goodWorld());
    assert.deepEqual(stopped, ['2026-11-24']);
    assert.deepEqual(days[0]?.stoppedBy, ['GR-10']);
    assert.deepEqual(days[0]?.changed, [{ guardrail: 'GR-10', was: 'passed', wouldBe: 'failed' }]);
    assert.equal(days[0]?.wouldBe, 'violated');
  });

  it('cannot tell where the evidence of that day is another by now, and says whose', async () => {
    const present = goodWorld();
    row(present, 'coa_records').delta9_pct = 0.01;
    const { days, stopped, open } = await test([await audited('2026-11-24', goodWorld())], stricter, present);
    assert.deepEqual([stopped, open], [[], ['2026-11-24']]);
    assert.equal(days[0]?.wouldBe, 'inconclusive');
    assert.deepEqual(days[0]?.cannotTell, [
      { guardrail: 'GR-10', reason: 'evidence of that day is gone: coa_records' },
    ]);
  });

  it('names the days that a milder rule would have let go', async () => {
    const past = [await audited('2026-11-24', goodWorld(), stricter)];
    const { released, days } = await test(past, example, goodWorld());
    assert.deepEqual(released, ['2026-11-24']);
    assert.equal(days[0]?.was, 'violated');
    assert.equal(days[0]?.wouldBe, 'passed');
  });

  it('keeps what no rule can change, such as the level of the process', async () => {
    const past = [await audited('2026-11-24', { ...goodWorld(), environment: { COMPLIANCE_LEVEL: 'none' } })];
    assert.equal((await test(past, example, goodWorld())).days[0]?.wouldBe, 'violated');
  });

  it('counts a rule that became a shadow as one that judges nothing', async () => {
    const world = goodWorld();
    row(world, 'orders').ship_to_state = 'OK';
    const shadowed = configurationOf(exampleText.replace(/id: GR-23,/, 'id: GR-23,\n      shadow: true,'));
    const { days } = await test([await audited('2026-11-24', world)], shadowed, world);
    assert.equal(days[0]?.wouldBe, 'passed');
  });
});

describe('past audits', () => {
  it('are the newest attempts of stored days', async () => {
    const checkpoint = (verdict: 'passed' | 'failed') =>
      ({ operation: 'audit-compliance', verdict, startedAt: NOW, output: { results: [] } as Json }) as never;
    const history = {
      days: async () => [emptyDay('2026-11-23'), emptyDay('2026-11-24')],
      attempts: async (slotId: string) => (slotId.includes('24') ? [{ attempt: 1 }, { attempt: 2 }] : []) as never,
      checkpoints: async (_slotId: string, attempt: number) => [checkpoint(attempt === 2 ? 'passed' : 'failed')],
    } as unknown as HistoryPort;
    const audits = await pastAudits(history, '2026-11-01', '2026-11-30');
    assert.deepEqual(
      audits.map(({ slotId, attempt, verdict }) => [slotId, attempt, verdict]),
      [['t-30-final-check@2026-11-24T11:30Z', 2, 'passed']],
    );
  });
});
