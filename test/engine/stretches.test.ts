import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { fails, noted } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Checkpoint } from '../../shared/domain/run.ts';
import type { Totals } from '../../shared/domain/totals.ts';
import { PAGE_PATH, type PageSummary } from '../../shared/engine/page-summary.ts';
import { paths } from '../../shared/engine/records.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { at, Bench, DATE } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const prep = chainSlot('t-90-prep', DATE);
const check = chainSlot('t-30-final-check', DATE);
const noon = chainSlot('high-noon-sync', DATE);
const onNoon = { kind: 'sweep', slotDueAt: at('12:00') } as const;
const onPrep = { kind: 'sweep', slotDueAt: at('10:30') } as const;
const words = (subject: string) => ({ code: 'broken', subject, message: `${subject} is broken`, remedy: 'mend it' });
const broken = (subject = 'world') => [fails(words(subject))];
const reasonOf = (bench: Bench, phase?: 't-90-prep' | 't-30-final-check'): string => {
  const slot = bench.slot(phase);
  return slot?.status === 'concluded' ? slot.reason : `${slot?.status}`;
};
const checkpointOf = (bench: Bench, name: string, slotId = prep.slotId) =>
  bench.get<Checkpoint>(paths.operation(slotId, 1, name));
const pageOf = (bench: Bench) => bench.get<PageSummary>(PAGE_PATH) as PageSummary;
const escalationOf = (bench: Bench, runId: string) => bench.get<Escalation>(paths.escalation(runId)) as Escalation;

/** A check that takes so long by the clock of its worker. */
const lasting = (bench: Bench, name: string, ms: number, key: string, options: object = {}): Operation<PortMap> =>
  bench.check(name, undefined, {
    run: async (context) => {
      await bench.worker(key).sleep(ms);
      return { findings: [], evidence: [{ subject: name, request: 'x', observedAt: context.now() }] };
    },
    ...options,
  });

/** A T-90 of these operations, played to its end. */
async function playPrep(operations: (bench: Bench) => readonly Operation<PortMap>[]): Promise<Bench> {
  const bench = new Bench();
  bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', operations(bench)) };
  await bench.play('a', 't-90-prep');
  return bench;
}

describe('an ending as it is told', () => {
  it('has the time from its start to its end, in the attempt, on the page and in the totals', async () => {
    const bench = await playPrep((b) => [lasting(b, 'long', 40_000, 'a'), b.check('short')]);
    const attempt = bench.get<{ concluded: { durationMs: number } }>(paths.attempt(prep.slotId, 1));
    const ms = attempt?.concluded.durationMs ?? 0;
    assert.ok(ms >= 40_000 && ms < 50_000, `${ms}`);
    assert.equal(pageOf(bench).history[0]?.durationMs, ms);
    const distribution = bench.get<Totals>(paths.counter('totals'))?.durations['t-90-prep'];
    assert.deepEqual([distribution?.count, distribution?.mean], [1, ms]);
    const [long, short] = ['long', 'short'].map((name) => checkpointOf(bench, name)?.durationMs ?? -1);
    assert.ok((long ?? 0) >= 40_000 && (short ?? 99_999) < 5000, `${long} ${short}`);
  });

  it('has none where nothing ran', async () => {
    const bench = new Bench('10:00');
    await bench.done(sweep(bench.engine('w0')));
    await bench.until('11:20');
    await bench.done(sweep(bench.engine('w1')));
    assert.equal(bench.ending('t-90-prep'), 'missed');
    assert.equal(pageOf(bench).history[0]?.durationMs, null);
    const totals = bench.get<Totals>(paths.counter('totals'));
    assert.deepEqual([totals?.durations, totals?.recent['t-90-prep']?.length], [{}, 1]);
    const escalation = escalationOf(bench, `${prep.slotId}#1`);
    assert.deepEqual([escalation.severity, escalation.routes, escalation.findings], ['error', ['oncall'], []]);
  });

  it('has the first of its worst findings as its reason, and how many more there are', async () => {
    const two = await playPrep((b) => [
      b.check('soft', () => broken('moon'), { failure: 'soft' }),
      b.check('hard', () => [...broken('sun'), ...broken('mars'), noted(words('note'))]),
    ]);
    assert.equal(reasonOf(two, 't-90-prep'), 'sun is broken (and 1 more)');
    const one = await playPrep((b) => [b.check('hard', () => broken('sun'))]);
    assert.equal(reasonOf(one, 't-90-prep'), 'sun is broken');
    const none = await playPrep((b) => [b.check('hard')]);
    assert.equal(reasonOf(none, 't-90-prep'), 'every claim holds');
    const escalation = escalationOf(two, `${prep.slotId}#1`);
    assert.deepEqual(
      escalation.findings.map(({ id }) => id),
      ['hard/sun/broken', 'hard/mars/broken'],
      'what degrades blocks nothing',
    );
    assert.equal(escalation.title, 't-90-prep failed: sun is broken (and 1 more)');
    assert.equal(none.get(paths.escalation(`${prep.slotId}#1`)), undefined);
  });

  it('keeps of a violation that was told at once when it began and who was told', async () => {
    const violated = () => [fails({ ...words('GR-1'), severity: 'critical' })];
    const bench = new Bench();
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [
        bench.check('law', violated, { failure: 'compliance' }),
        lasting(bench, 'long', 30_000, 'a'),
      ]),
    };
    const run = bench.begin('a', 't-90-prep');
    await bench.until('10:30:10');
    const runId = `${prep.slotId}#1`;
    const { since } = escalationOf(bench, runId);
    bench.put(paths.escalation(runId), { acknowledgedAt: at('10:30:11'), told: ['chat'] });
    await bench.done(run);
    const after = escalationOf(bench, runId);
    assert.deepEqual([after.since, after.acknowledgedAt, after.told], [since, at('10:30:11'), ['chat']]);
    assert.deepEqual([after.severity, after.routes], ['critical', ['security', 'critical']]);
    const owed = bench.get<{ escalations: string[] }>(paths.outbox(runId));
    assert.deepEqual(owed?.escalations ?? [], [], 'it was told already');
    assert.equal(bench.ledger().filter((line) => line.startsWith('lockdown-set')).length, 1);
  });

  it('of a second violation adds no second lockdown', async () => {
    const violated = () => [fails({ ...words('GR-1'), severity: 'critical' })];
    const bench = await playPrep((b) => [
      b.check('law', violated, { failure: 'compliance' }),
      b.check('rule', violated, { failure: 'compliance' }),
    ]);
    assert.equal(bench.get<{ epoch: number }>(paths.lockdown)?.epoch, 1);
    assert.equal(bench.ledger().filter((line) => line.startsWith('lockdown-set')).length, 1);
  });

  it('of T-30 holds the day with its reason, a hold that is active keeps its own, and degraded is go', async () => {
    const play = async (failure: 'hard' | 'soft', hold?: object) => {
      const bench = new Bench();
      const ready = bench.check('report', () => broken(), { failure, output: { bindings: { world: 'x' } } });
      bench.phases = { ...bench.phases, 't-30-final-check': testPhase('t-30-final-check', [ready]) };
      await bench.play('p', 't-90-prep');
      await bench.until('11:30');
      if (hold !== undefined) bench.put(paths.day(DATE), { hold });
      await bench.play('a', 't-30-final-check');
      return bench.day() as DayRecord;
    };
    const failed = await play('hard');
    assert.equal(failed.hold?.reason, `${check.slotId}#1 ended failed: world is broken`);
    assert.equal(failed.ticket, null);
    const own = { status: 'active', cause: 'operator', reason: 'mine', setBy: 'ana', setAt: at('11:00') };
    assert.equal((await play('hard', own)).hold?.reason, 'mine');
    assert.equal((await play('hard', { ...own, status: 'released' })).hold?.status, 'active', 'held anew');
    const degraded = await play('soft');
    assert.deepEqual([degraded.hold, degraded.ticket?.status], [null, 'open']);
  });

  it('of noon spends the ticket as good, as not good, or as void with what moved', async () => {
    const spend = async (operations: (bench: Bench) => readonly Operation<PortMap>[]) => {
      const bench = new Bench();
      bench.phases = bench.greenPhases(operations(bench));
      await bench.toNoon();
      await bench.play('n', 'high-noon-sync');
      return bench.day()?.ticket as unknown as { status: string; good?: boolean; moved?: string[] };
    };
    const good = await spend((b) => [b.check('fine')]);
    assert.deepEqual([good.status, good.good], ['used', true]);
    const bad = await spend((b) => [b.check('bad', () => broken())]);
    assert.deepEqual([bad.status, bad.good], ['used', false]);
    const moved = await spend((b) => [b.check('verify', () => broken(), { output: { moved: ['world'] } })]);
    assert.deepEqual([moved.status, moved.moved], ['void', ['world']]);
  });
});

describe('the last stretches of an attempt', () => {
  /** An attempt whose process died after its first effect, with so many stretches spent; the next stretch takes it up. */
  async function takenUp(
    phase: 't-90-prep' | 'high-noon-sync',
    stretches: number,
    dies: { port: 'world' | 'documents'; verb: string; subject: RegExp; after?: number },
    operations?: (bench: Bench) => readonly Operation<PortMap>[],
  ): Promise<Bench> {
    const bench = new Bench();
    const list = operations?.(bench) ?? [bench.action('sync-one', 'one'), bench.action('sync-two', 'two')];
    bench.phases = { ...bench.phases, [phase]: testPhase(phase, list) };
    if (phase === 'high-noon-sync') await bench.toNoon();
    bench.stage({ worker: 'n', ...dies, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', phase);
    const slotId = phase === 'high-noon-sync' ? noon.slotId : prep.slotId;
    await bench.until(phase === 'high-noon-sync' ? '12:03' : '10:33');
    bench.put(paths.slot(slotId), { stretches });
    await bench.play('m', phase, phase === 'high-noon-sync' ? onNoon : onPrep);
    return bench;
  }
  const atSecond = { port: 'world', verb: 'probe', subject: /two/ } as const;

  it('put back what a noon did that all before them could not bring to its end', async () => {
    const spent = await takenUp('high-noon-sync', 8, atSecond);
    assert.deepEqual([spent.ending(), reasonOf(spent)], ['rolled-back', '8 stretches did not bring it to an end']);
    assert.deepEqual(spent.resource.calls, ['one: before -> after', 'one: after -> before']);
    const left = await takenUp('high-noon-sync', 7, atSecond);
    assert.equal(left.ending(), 'passed');
  });

  it('go forward where there is nothing to put back, or where nothing is put back', async () => {
    const first = { port: 'documents', verb: 'commit', subject: /operations\/first/ } as const;
    const harmless = await takenUp('high-noon-sync', 8, first, (b) => [b.check('first'), b.check('second')]);
    assert.equal(harmless.ending(), 'passed');
    const staged = await takenUp('t-90-prep', 8, atSecond);
    assert.equal(staged.ending('t-90-prep'), 'passed');
    assert.equal(staged.resource.calls.length, 2);
  });

  it('end what has run to its last operation', async () => {
    const ended = { port: 'documents', verb: 'commit', subject: /^slots\/[^/]+$/, after: 3 } as const;
    const done = await takenUp('high-noon-sync', 8, ended, (b) => [b.action('sync-one', 'one')]);
    assert.equal(done.ending(), 'passed');
  });

  it('are followed by none: who is left with effects at noon failed, others cannot tell', async () => {
    const noonOver = await takenUp('high-noon-sync', 12, atSecond);
    assert.deepEqual(
      [noonOver.ending(), reasonOf(noonOver)],
      ['rollback-failed', '12 stretches did not bring it to an end'],
    );
    const ticket = noonOver.day()?.ticket as { status: string; good?: boolean };
    assert.deepEqual([ticket.status, ticket.good], ['used', false]);
    assert.equal(noonOver.get<{ cause: string }>(paths.lockdown)?.cause, 'rollback-failed');
    const prepOver = await takenUp('t-90-prep', 12, atSecond);
    assert.equal(prepOver.ending('t-90-prep'), 'inconclusive');
    const first = { port: 'documents', verb: 'commit', subject: /operations\/first/ } as const;
    const harmless = await takenUp('high-noon-sync', 12, first, (b) => [b.check('first')]);
    assert.equal(harmless.ending(), 'inconclusive');
  });

  it('leave a violation what it is, with what people were told of it', async () => {
    const sold = { ...words('GR-1'), code: 'violated', severity: 'critical' } as const;
    const violating = (b: Bench) => b.check('check-compliance', () => [fails(sold)], { failure: 'compliance' });
    const atRollback = { port: 'world', verb: 'fence', subject: /one/ } as const;
    const noonOver = await takenUp('high-noon-sync', 12, atRollback, (b) => [
      b.action('sync-one', 'one'),
      violating(b),
    ]);
    const runId = `${noon.slotId}#1`;
    const concluded = noonOver.attempt();
    assert.deepEqual([concluded?.ending, concluded?.verdict, concluded?.exitCode], ['rollback-failed', 'violated', 4]);
    assert.deepEqual(
      concluded?.operations.map(({ name }) => name),
      ['sync-one', 'check-compliance'],
    );
    assert.deepEqual(
      escalationOf(noonOver, runId).findings.map(({ message }) => message),
      ['GR-1 is broken'],
    );
    const atEnd = { port: 'documents', verb: 'commit', subject: /^slots\/[^/]+$/, after: 1 } as const;
    const prepOver = await takenUp('t-90-prep', 12, atEnd, (b) => [violating(b)]);
    assert.equal(prepOver.ending('t-90-prep'), 'violated');
    for (const told of [reasonOf(noonOver), reasonOf(prepOver, 't-90-prep')])
      assert.equal(told, '12 stretches did not bring it to an end');
  });
});
