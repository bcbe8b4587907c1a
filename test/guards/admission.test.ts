import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { LedgerHead } from '../../shared/domain/ledger.ts';
import { plusSeconds } from '../../shared/domain/time.ts';
import { holdNoon } from '../../shared/engine/acts/hold.ts';
import { closeUnstarted } from '../../shared/engine/close-slot.ts';
import { paths } from '../../shared/engine/records.ts';
import { testPhase } from '../support/engine.ts';
import { at, Bench, DATE } from './bench.ts';

const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];
const refusal = (outcome: object): string => ('reason' in outcome ? String(outcome.reason) : 'none');

describe('guards of admission', () => {
  it('recognises its own grant when the commit landed and nothing was heard of it', async () => {
    const bench = new Bench();
    bench.stage({ worker: 'a', port: 'documents', verb: 'commit', fault: { kind: 'ambiguous', ms: 1 } });
    const outcome = await bench.play('a', 't-90-prep');
    assert.equal(outcome.kind, 'concluded');
  });

  it('ends a run after twelve stretches', async () => {
    const bench = new Bench();
    await bench.toNoon();
    for (let stretch = 1; stretch <= 12; stretch++) {
      bench.stage({ worker: `w${stretch}`, port: 'world', verb: 'probe', fault: { kind: 'crash-before', ms: 1 } });
      void bench.begin(`w${stretch}`, 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
      await bench.simulation.scheduler.run(bench.simulation.scheduler.now + 100_000);
    }
    assert.equal(bench.slot()?.status, 'running');
    const last = await bench.play('last', 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
    assert.equal(last.kind, 'concluded');
    assert.equal(bench.ending(), 'rollback-failed');
  });

  it('does not lock the day down for a T-90 that used up its stretches', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.action('stage', 'batch')]) };
    for (let stretch = 1; stretch <= 12; stretch++) {
      // From the second on it dies while it fences what the first promised: before anything looks at the budget.
      const verb = stretch === 1 ? 'probe' : 'fence';
      bench.stage({ worker: `w${stretch}`, port: 'world', verb, fault: { kind: 'crash-before', ms: 1 } });
      void bench.begin(`w${stretch}`, 't-90-prep', { kind: 'sweep', slotDueAt: at('10:30') });
      await bench.simulation.scheduler.run(bench.simulation.scheduler.now + 100_000);
    }
    await bench.play('last', 't-90-prep', { kind: 'sweep', slotDueAt: at('10:30') });
    assert.equal(bench.ending('t-90-prep'), 'inconclusive');
    assert.equal(bench.get(paths.lockdown), undefined);
  });

  it('gives every grant a higher token, and remembers it', async () => {
    const bench = new Bench();
    await bench.play('a', 't-90-prep');
    const first = bench.get<LedgerHead>(paths.head)?.token ?? 0;
    await bench.until('11:30');
    await bench.play('b', 't-30-final-check');
    assert.ok(first > 0);
    assert.ok((bench.get<LedgerHead>(paths.head)?.token ?? 0) > first);
  });

  it('remembers the token of a stretch that resumes', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'crash-before', ms: 1 },
    });
    void bench.begin('a', 't-90-prep');
    await bench.until('10:33');
    const before = bench.get<LedgerHead>(paths.head)?.token ?? 0;
    await bench.play('b', 't-90-prep', { kind: 'sweep', slotDueAt: at('10:30') });
    assert.ok((bench.get<LedgerHead>(paths.head)?.token ?? 0) > before);
    assert.equal(bench.ending('t-90-prep'), 'passed');
  });

  it('refuses a second worker while the lease is live', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'freeze-before', ms: 60_000 },
    });
    const first = bench.begin('a', 't-90-prep');
    await bench.until('10:30:20');
    assert.equal(refusal(await bench.play('b', 't-90-prep')), 'duplicate');
    assert.equal((await bench.done(first)).kind, 'concluded');
  });

  it('refuses a slot that is not due yet, and leaves no row', async () => {
    const bench = new Bench();
    const outcome = await bench.play('a', 't-90-prep', { kind: 'manual', slotDueAt: '2026-11-25T10:30:00.000Z' });
    assert.equal(refusal(outcome), 'not-due');
    assert.equal(bench.get('slots/t-90-prep@2026-11-25T10:30Z'), undefined);
  });

  it('refuses a slot that was due long ago, and leaves no row', async () => {
    const bench = new Bench();
    const outcome = await bench.play('a', 't-90-prep', { kind: 'sweep', slotDueAt: '2026-11-14T10:30:00.000Z' });
    assert.equal(refusal(outcome), 'not-due');
    assert.equal(bench.get('slots/t-90-prep@2026-11-14T10:30Z'), undefined);
  });

  it('starts nothing after the window', async () => {
    const bench = new Bench('11:16');
    const outcome = await bench.play('a', 't-90-prep', { publishedAt: at('10:30') });
    assert.equal(outcome.kind, 'concluded');
    assert.equal(bench.ending('t-90-prep'), 'expired');
  });

  it('reruns nothing after the rerun window', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('check-world', broken)]) };
    await bench.play('a', 't-90-prep');
    await bench.until('11:41');
    assert.equal(refusal(await bench.play('b', 't-90-prep', { kind: 'manual', rerun: true })), 'rerun-too-late');
  });

  it('reruns once for one message, however often it is delivered', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('check-world', broken)]) };
    await bench.play('a', 't-90-prep');
    const message = { kind: 'manual', rerun: true, messageId: 'by-a-person' } as const;
    const first = await bench.play('b', 't-90-prep', message);
    assert.equal(first.kind === 'concluded' && first.slot.attempt, 2);
    assert.equal(refusal(await bench.play('c', 't-90-prep', message)), 'duplicate');
  });

  it('reruns nothing for a message that was published before the attempt ended', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('check-world', broken)]) };
    await bench.play('a', 't-90-prep');
    const ended = bench.slot('t-90-prep');
    assert.ok(ended?.status === 'concluded');
    const asked = (publishedAt: string) => ({ kind: 'manual', rerun: true, publishedAt }) as const;
    const before = plusSeconds(ended.concludedAt, -0.001);
    assert.equal(refusal(await bench.play('b', 't-90-prep', asked(before))), 'duplicate');
    assert.equal(bench.slot('t-90-prep')?.attempt, 1);
    await bench.play('c', 't-90-prep', asked(ended.concludedAt));
    assert.equal(bench.slot('t-90-prep')?.attempt, 2);
  });

  it('reruns nothing that passed', async () => {
    const bench = new Bench();
    await bench.play('a', 't-90-prep');
    assert.equal(refusal(await bench.play('b', 't-90-prep', { kind: 'manual', rerun: true })), 'not-rerunnable');
  });

  it('runs noon again only on a new ticket', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.action('sync-one', 'one'), bench.check('report', broken)]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    assert.equal(refusal(await bench.play('m', 'high-noon-sync', { kind: 'manual', rerun: true })), 'no-new-ticket');
  });

  it('reruns no T-30 while noon works', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('check-world')]) };
    await bench.toNoon();
    const slotId = chainSlot('t-30-final-check', DATE).slotId;
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'slow', ms: 20_000 } });
    const noon = bench.begin('n', 'high-noon-sync');
    await bench.until('12:00:05');
    bench.put(paths.slot(slotId), { ending: 'failed', verdict: 'failed' });
    assert.equal(
      refusal(await bench.play('t', 't-30-final-check', { kind: 'manual', rerun: true, slotDueAt: at('11:30') })),
      'busy',
    );
    await bench.done(noon);
  });

  it('waits with noon while it is held', async () => {
    const bench = new Bench();
    await bench.toNoon();
    await bench.done(holdNoon(bench.engine('p'), { name: 'ana' }, { date: DATE, reason: 'wait' }));
    assert.equal((await bench.play('n', 'high-noon-sync')).kind, 'waiting');
    assert.deepEqual(bench.resource.calls, []);
  });

  it('waits with T-30 while T-90 is not go', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('check-world', broken)]) };
    await bench.play('a', 't-90-prep');
    await bench.until('11:30');
    assert.equal((await bench.play('b', 't-30-final-check')).kind, 'waiting');
  });

  it('refuses the chain under a lockdown at once', async () => {
    const bench = new Bench();
    bench.put(paths.lockdown, { active: true, epoch: 1, cause: 'operator', reason: 'x', escalationId: null });
    await bench.play('a', 't-90-prep');
    assert.equal(bench.ending('t-90-prep'), 'refused');
  });

  it('starts nothing under a configuration that deployment does not know', async () => {
    const bench = new Bench();
    bench.change = { configurationSha256: 'e'.repeat(64) };
    assert.equal(refusal(await bench.play('a', 't-90-prep')), 'configuration-changed');
    assert.equal(bench.slot('t-90-prep'), undefined);
    assert.ok(bench.get(`escalations/configuration~${'e'.repeat(20)}`));
  });

  it('closes no slot before its window has closed, nor one that runs', async () => {
    const bench = new Bench();
    const slot = chainSlot('t-90-prep', DATE);
    assert.equal(await bench.done(closeUnstarted(bench.engine('w'), slot)), undefined);
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'crash-before', ms: 1 },
    });
    void bench.begin('a', 't-90-prep');
    await bench.until('11:30');
    assert.equal(await bench.done(closeUnstarted(bench.engine('w'), slot)), undefined);
    assert.equal(bench.slot('t-90-prep')?.status, 'running');
  });
});
