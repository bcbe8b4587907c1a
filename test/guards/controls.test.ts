import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import { lock, NO_LOCKDOWN, unlock } from '../../shared/domain/lockdown.ts';
import { mayOverride } from '../../shared/domain/override.ts';
import { holdNoon, releaseNoon } from '../../shared/engine/acts/hold.ts';
import { lockDown } from '../../shared/engine/acts/lockdown.ts';
import { grantOverride, grantWaiver } from '../../shared/engine/acts/override.ts';
import { paths } from '../../shared/engine/records.ts';
import { testPhase } from '../support/engine.ts';
import { at, Bench, DATE } from './bench.ts';

const by = (cause: 'compliance' | 'operator') => ({
  cause,
  reason: 'x',
  slotId: null,
  findingIds: [],
  escalationId: 'e',
  setBy: 'ana',
});
const compliance = lock(NO_LOCKDOWN, by('compliance'), at('10:00'));
const operator = lock(NO_LOCKDOWN, by('operator'), at('10:00'));
const act = (actor: string, epoch = 1) => ({ actor, reason: 'mended', epoch });
const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];

describe('guards of what people do', () => {
  it('lifts a lockdown by another person than who set it', () => {
    assert.equal(unlock(operator, act('ana'), at('10:01'), false).kind, 'refused');
    assert.equal(unlock(operator, act('ben'), at('10:01'), false).kind, 'released');
  });

  it('lifts a lockdown of the current epoch only', () => {
    assert.equal(unlock(operator, act('ben', 0), at('10:01'), false).kind, 'refused');
  });

  it('lifts nothing without a reason', () => {
    assert.equal(unlock(operator, { ...act('ben'), reason: ' ' }, at('10:01'), false).kind, 'refused');
  });

  it('lifts a lockdown for compliance by two people, within the hour', () => {
    const first = unlock(compliance, act('ben'), at('10:01'), false);
    assert.equal(first.kind, 'proposed');
    if (first.kind !== 'proposed') return;
    assert.equal(unlock(first.lockdown, act('ben'), at('10:02'), false).kind, 'proposed');
    assert.equal(unlock(first.lockdown, act('eva'), at('11:02'), false).kind, 'proposed');
    assert.equal(unlock(first.lockdown, act('eva'), at('10:30'), false).kind, 'released');
  });

  it('keeps a lockdown for compliance over any other, and raises the epoch for a graver one', () => {
    assert.equal(lock(compliance, by('operator'), at('10:05')), compliance);
    assert.equal(lock(operator, by('compliance'), at('10:05')).epoch, 2);
  });

  it('asks who acts and why', async () => {
    const bench = new Bench();
    assert.equal((await lockDown(bench.engine('p'), { name: ' ' }, { reason: 'x' })).ok, false);
    assert.equal((await lockDown(bench.engine('p'), { name: 'ana' }, { reason: '' })).ok, false);
    assert.equal(bench.get(paths.lockdown), undefined);
  });

  it('acts once, when the commit landed and nothing was heard of it', async () => {
    const bench = new Bench();
    bench.stage({ worker: 'p', port: 'documents', verb: 'commit', fault: { kind: 'ambiguous', ms: 1 } });
    const answer = await bench.done(lockDown(bench.engine('p'), { name: 'ana' }, { reason: 'x' }));
    assert.equal(answer.ok, true);
    assert.equal(bench.ledger().length, 1);
  });

  it('releases a hold of T-30 only when T-30 is go by now', async () => {
    const bench = new Bench();
    bench.phases = {
      ...bench.phases,
      't-30-final-check': testPhase('t-30-final-check', [bench.check('report-readiness', broken)]),
    };
    await bench.toNoon();
    const answer = await bench.done(releaseNoon(bench.engine('p'), { name: 'ana' }, { date: DATE, reason: 'go' }));
    assert.equal(answer.ok, false);
  });

  it('releases nothing after the launch window', async () => {
    const bench = new Bench();
    await bench.toNoon();
    await bench.done(holdNoon(bench.engine('p'), { name: 'ana' }, { date: DATE, reason: 'wait' }));
    await bench.until('12:31');
    const answer = await bench.done(releaseNoon(bench.engine('q'), { name: 'ben' }, { date: DATE, reason: 'go' }));
    assert.equal(answer.ok, false);
  });

  it('overrides no violation', () => {
    assert.equal(mayOverride({ verdict: 'violated' }), false);
    assert.equal(mayOverride({ verdict: 'failed' }), true);
  });

  it('overrides nothing of noon, nor beyond the month’s number', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('first', broken)]) };
    await bench.play('a', 't-90-prep');
    const ask = (slotId: string) => ({ slotId, findingId: 'first/world/broken', until: at('11:30'), reason: 'known' });
    const prep = chainSlot('t-90-prep', DATE).slotId;
    const noon = await bench.done(
      grantOverride(bench.engine('p'), { name: 'ana' }, ask(chainSlot('high-noon-sync', DATE).slotId)),
    );
    assert.equal(noon.ok, false);
    bench.put(paths.counter(`overrides@${DATE.slice(0, 7)}`), { granted: 99 });
    assert.equal((await bench.done(grantOverride(bench.engine('p'), { name: 'ana' }, ask(prep)))).ok, false);
    bench.put(paths.counter(`overrides@${DATE.slice(0, 7)}`), { granted: 0 });
    assert.equal((await bench.done(grantOverride(bench.engine('p'), { name: 'ana' }, ask(prep)))).ok, true);
  });

  it('waives a critical guardrail by two people', async () => {
    const bench = new Bench();
    const ask = { guardrail: 'GR-1', records: [], until: at('20:00'), reason: 'known' };
    const one = await bench.done(grantWaiver(bench.engine('p'), { name: 'ana' }, ask));
    const same = await bench.done(grantWaiver(bench.engine('q'), { name: 'ana' }, ask));
    const two = await bench.done(grantWaiver(bench.engine('r'), { name: 'ben' }, ask));
    const granted = [one, same, two].map((answer) => answer.ok && answer.detail.granted);
    assert.deepEqual(granted, [false, false, true]);
  });
});
