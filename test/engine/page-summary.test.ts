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

  it('stands in order of time and then of phase, in whatever order slots ended', () => {
    const noon = '2026-11-24T12:00:00.000Z';
    let page = EMPTY_PAGE;
    for (const [phase, dueAt] of [
      ['weekly-risk-review', noon],
      ['high-noon-sync', noon],
      ['t-90-prep', '2026-11-24T10:30:00.000Z'],
      ['snapshot-orchestration', noon],
      ['t-90-prep', '2026-11-23T10:30:00.000Z'],
      ['t-90-prep', '2026-11-25T10:30:00.000Z'],
    ] as const)
      page = pageAfterEnding(page, ending(phase, dueAt, { at: '2026-11-25T10:31:00.000Z' }), []);
    assert.deepEqual(
      page.history.map(({ slotId }) => slotId),
      [
        't-90-prep@2026-11-23T10:30Z',
        't-90-prep@2026-11-24T10:30Z',
        'high-noon-sync@2026-11-24T12:00Z',
        'snapshot-orchestration@2026-11-24T12:00Z',
        'weekly-risk-review@2026-11-24T12:00Z',
        't-90-prep@2026-11-25T10:30Z',
      ],
    );
  });

  it('forgets a slot that was due more than thirty-one days before an ending', () => {
    const dueAt = '2026-11-24T10:30:00.000Z';
    const page = pageAfterEnding(EMPTY_PAGE, ending('t-90-prep', dueAt), []);
    const after = (at: string) =>
      pageAfterEnding(page, ending('t-90-prep', '2026-12-25T10:30:00.000Z', { at }), []).history.length;
    assert.deepEqual([after('2026-12-25T10:30:00.000Z'), after('2026-12-25T10:30:00.001Z')], [2, 1]);
  });

  it('shows a newer attempt of the newest slot', () => {
    const first = ending('t-90-prep', '2026-11-24T10:30:00.000Z');
    const again = pageAfterEnding(pageAfterEnding(EMPTY_PAGE, first, []), { ...first, attempt: 2 }, []);
    assert.deepEqual([again.runs['t-90-prep']?.attempt, again.history.length], [2, 1]);
  });

  it('tells of a run what is not green or worth saying, the worst first, and its receipts in a line each', () => {
    const finding = (id: string, verdict: string, state: string) => ({ id, verdict, state, message: id, remedy: '' });
    const receipt = (subject: string, more: object) => ({ subject, request: 'r', observedAt: 't', ...more });
    const checkpoint = {
      operation: 'check-world',
      verdict: 'failed',
      durationMs: 7,
      findings: [
        finding('excused', 'degraded', 'fails'),
        finding('shadow', 'passed', 'fails'),
        finding('remark', 'passed', 'noted'),
        finding('worst', 'failed', 'fails'),
      ],
      evidence: [
        receipt('a', { value: 5 }),
        receipt('b', { digest: 'sha256:x', value: 5 }),
        receipt('c', { value: 6 }),
      ],
    } as never;
    const rollback = { outcome: 'done', cause: 'it broke', begunAt: 't', effects: [] } as never;
    const shown = ending('t-90-prep', '2026-11-24T10:30:00.000Z', { checkpoints: [checkpoint], rollback });
    const run = pageAfterEnding(EMPTY_PAGE, shown, []).runs['t-90-prep'];
    assert.deepEqual(
      run?.findings.map(({ id }) => id),
      ['worst', 'excused', 'remark'],
    );
    assert.deepEqual([run?.moreFindings, run?.rollback], [0, { outcome: 'done', cause: 'it broke' }]);
    const [operation] = run?.operations ?? [];
    assert.equal(operation?.receipts, 3);
    assert.deepEqual(
      operation?.evidence.map(({ subject, said }) => [subject, said]),
      [
        ['a', '5'],
        ['b', 'sha256:x'],
      ],
    );
    const plain = pageAfterEnding(EMPTY_PAGE, ending('t-90-prep', '2026-11-24T10:30:00.000Z'), []);
    assert.equal(plain.runs['t-90-prep']?.rollback, null);
  });

  it('cuts a text that is longer than its place, and no other', () => {
    const said = (length: number) => {
      const cause = 'x'.repeat(length);
      const rollback = { outcome: 'done', cause, begunAt: 't', effects: [] } as never;
      const page = pageAfterEnding(EMPTY_PAGE, ending('t-90-prep', '2026-11-24T10:30:00.000Z', { rollback }), []);
      return page.runs['t-90-prep']?.rollback?.cause;
    };
    assert.equal(said(220), 'x'.repeat(220));
    assert.equal(said(221), `${'x'.repeat(219)}…`);
  });

  it('keeps the twelve newest lines of the ledger, and what an act did not change of waivers', () => {
    const lines = Array.from({ length: 9 }, (_, n) => ({ kind: 'k', subject: `${n}`, actor: 'a', detail: null }));
    const entries = entriesOf(EMPTY_HEAD, lines, '2026-11-24T09:00:00.000Z');
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    const waiver = { id: 'w' } as never;
    const twice = pageAfterAct(
      pageAfterAct(EMPTY_PAGE, entries, { waivers: [waiver], proposals: [waiver] }),
      entries,
      {},
    );
    assert.deepEqual([twice.tail.length, twice.tail[0]?.seq, twice.version], [12, 7, 2]);
    assert.deepEqual([twice.waivers, twice.proposals], [[waiver], [waiver]]);
    const emptied = pageAfterAct(twice, [], { waivers: [], proposals: [] });
    assert.deepEqual([emptied.waivers, emptied.proposals], [[], []]);
  });
});
