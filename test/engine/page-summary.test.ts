import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASE_NAMES, type PhaseName } from '../../shared/domain/catalog.ts';
import { EMPTY_HEAD, hashOf } from '../../shared/domain/ledger.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import {
  EMPTY_PAGE,
  type EndingForPage,
  entriesOf,
  pageAfterAct,
  pageAfterEnding,
} from '../../shared/engine/page-summary.ts';

const ending = (phase: PhaseName, dueAt: string, change: Partial<EndingForPage> = {}): EndingForPage => ({
  phase,
  slot: {
    slotId: `${phase}@${dueAt.slice(0, 16)}Z`,
    phase,
    dueAt,
    ending: 'passed',
    verdict: 'passed',
    durationMs: 1000,
  },
  attempt: 1,
  at: plusSeconds(dueAt, 60),
  checkpoints: [],
  rollback: null,
  guardrails: [],
  ...change,
});

describe("the summary of the operator's page", () => {
  it('holds each slot once, with its newest attempt, for thirty-one days', () => {
    let page = EMPTY_PAGE;
    const first = '2026-01-01T10:30:00.000Z';
    for (let day = 0; day < 60; day++)
      page = pageAfterEnding(page, ending('t-90-prep', plusSeconds(first, day * 86_400)), []);
    const last = plusSeconds(first, 59 * 86_400);
    const failed = ending('t-90-prep', last);
    page = pageAfterEnding(page, { ...failed, slot: { ...failed.slot, ending: 'failed', verdict: 'failed' } }, []);
    assert.equal(page.history.length, 31);
    assert.equal(page.history[0]?.dueAt, plusSeconds(last, -30 * 86_400));
    assert.equal(page.history.at(-1)?.ending, 'failed');
    assert.equal(page.version, 61);
  });

  it('shows the newest slot of a phase even when an older one is closed after it', () => {
    const newer = pageAfterEnding(EMPTY_PAGE, ending('t-90-prep', '2026-11-24T10:30:00.000Z'), []);
    const page = pageAfterEnding(
      newer,
      ending('t-90-prep', '2026-11-23T10:30:00.000Z', { at: '2026-11-24T11:00:00.000Z' }),
      [],
    );
    assert.equal(page.runs['t-90-prep']?.slotId, 't-90-prep@2026-11-24T10:30Z');
    assert.equal(page.history.length, 2);
  });

  it('keeps the newest result of each guardrail, whichever phase judged it', () => {
    const judged = (result: 'passed' | 'failed', guardrail: string) => ({
      guardrails: [{ guardrail, result, severity: 'high' as const }],
    });
    let page = pageAfterEnding(
      EMPTY_PAGE,
      ending('t-90-prep', '2026-11-24T10:30:00.000Z', judged('passed', 'GR-1')),
      [],
    );
    page = pageAfterEnding(page, ending('t-30-final-check', '2026-11-24T11:30:00.000Z', judged('failed', 'GR-1')), []);
    page = pageAfterEnding(page, ending('high-noon-sync', '2026-11-24T12:00:00.000Z', judged('passed', 'GR-2')), []);
    assert.deepEqual(
      Object.entries(page.guardrails).map(([id, { result }]) => [id, result]),
      [
        ['GR-1', 'failed'],
        ['GR-2', 'passed'],
      ],
    );
  });

  it('takes up what an act changed, and keeps what it did not', () => {
    const [entry] = entriesOf(
      EMPTY_HEAD,
      [{ kind: 'hold-set', subject: 'd', actor: 'ana', detail: null }],
      '2026-11-24T09:00:00.000Z',
    );
    assert.ok(entry !== undefined);
    const { hash, ...body } = entry;
    assert.equal(hash, hashOf(body));
    const override = { id: 'o', slotId: 's', findingId: 'f', actor: 'a', reason: 'r', at: 't', until: 'u' };
    const granted = pageAfterAct(EMPTY_PAGE, [entry], { overrides: [override] });
    assert.deepEqual(granted.overrides, [override]);
    const held = pageAfterAct(granted, [entry], {});
    assert.deepEqual([held.overrides, held.tail.length], [[override], 2]);
  });

  it('stays small when everything that runs finds everything that can be', () => {
    const long = 'x'.repeat(2000);
    const finding = {
      state: 'fails',
      code: 'c',
      subject: long,
      message: long,
      remedy: long,
      severity: 'high',
      id: long,
      verdict: 'failed',
    } as const;
    const evidence = { subject: long, request: long, observedAt: '2026-11-24T10:30:00.000Z', value: long };
    const checkpoints = Array.from({ length: 12 }, (_, index) => ({
      operation: `check-${index}`,
      index,
      kind: 'check' as const,
      failure: 'hard' as const,
      verdict: 'failed' as const,
      findings: Array.from({ length: 50 }, () => finding),
      evidence: Array.from({ length: 50 }, () => evidence),
      output: null,
      startedAt: '',
      finishedAt: '',
      durationMs: 1,
      tries: 1,
      token: 1,
    }));
    let page = EMPTY_PAGE;
    for (let day = 0; day < 40; day++)
      for (const phase of PHASE_NAMES)
        for (const hour of ['00', '06', '12', '18'])
          page = pageAfterEnding(
            page,
            ending(phase, plusSeconds(`2026-01-01T${hour}:00:00.000Z`, day * 86_400), { checkpoints }),
            [],
          );
    assert.ok(JSON.stringify(page).length < 200 * 1024, `${JSON.stringify(page).length}`);
    assert.equal(page.runs['t-90-prep']?.moreFindings, 590);
  });
});
