import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord, emptyDay } from '../../../shared/domain/day.ts';
import { levels } from '../../../shared/domain/levels.ts';
import { nothingYet, row } from './support.ts';

const DATE = '2026-11-24';
const at = (time: string): string => `${DATE}T${time}:00.000Z`;
const noon = chainSlot('high-noon-sync', DATE);
const check = chainSlot('t-30-final-check', DATE);

function lateness(phase: string, slots: object, now: string, change: Partial<DayRecord> = {}): number | undefined {
  const day = { ...emptyDay(DATE), slots, ...change } as unknown as DayRecord;
  const state = { ...nothingYet(at('00:00')), days: [day] };
  return levels(state, at(now)).find(
    ({ metric, labels }) => metric === 'slot_lateness_seconds' && labels.phase === phase,
  )?.value.value as number | undefined;
}

describe('lateness', () => {
  it('is that of the start, and of a slot that has not begun by now', () => {
    assert.equal(lateness('t-30-final-check', row(check, { startedAt: at('11:34') }), '11:50'), 240);
    assert.equal(lateness('t-30-final-check', {}, '11:50'), 1200);
    assert.equal(
      lateness(
        't-30-final-check',
        row(check, { startedAt: null, ending: 'missed', concludedAt: at('11:56') }),
        '12:10',
      ),
      26 * 60,
    );
  });

  it('is none of a slot that waits or was refused, and of a rerun', () => {
    const waiting = { status: 'waiting', startedAt: null, concludedAt: null, ending: null };
    assert.equal(lateness('t-30-final-check', row(check, waiting), '11:50'), 0);
    assert.equal(lateness('t-30-final-check', row(check, { startedAt: null, ending: 'skipped' }), '11:50'), 0);
    assert.equal(lateness('t-30-final-check', row(check, { attempt: 2, startedAt: at('12:05') }), '12:10'), 0);
  });

  it('counts from when its upstream, a person or noon let it begin', () => {
    const late = row(noon, { startedAt: at('12:10') });
    assert.equal(lateness('high-noon-sync', { ...late, ...row(check, { concludedAt: at('12:08') }) }, '12:20'), 120);
    const hold = { status: 'released', releasedAt: at('12:09') };
    assert.equal(lateness('high-noon-sync', late, '12:20', { hold } as never), 60);
    assert.equal(lateness('high-noon-sync', late, '12:20', { hold: { ...hold, status: 'active' } } as never), 600);
    const after = { ...late, ...row(check, { concludedAt: at('12:11') }) };
    assert.equal(lateness('high-noon-sync', after, '12:20'), 600, 'what came after its start did not hold it up');
  });
});
