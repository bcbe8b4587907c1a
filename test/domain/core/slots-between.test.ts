import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import { nextSlot, slotsBetween } from '../../../shared/domain/slot.ts';
import { plusMs } from '../../../shared/domain/time.ts';

describe('slots between two instants', () => {
  it('are those that one finds by going from each to the next, the first instant with it and the last without', () => {
    for (const name of PHASE_NAMES) {
      for (const [from, to] of [
        ['2026-11-20T12:00:00.000Z', '2026-11-29T12:00:00.000Z'],
        ['2026-11-20T12:00:00.001Z', '2026-11-29T12:00:00.001Z'],
        ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
        ['2028-02-28T10:30:00.000Z', '2028-03-06T00:00:00.001Z'],
        ['2026-11-29T12:00:00.000Z', '2026-11-29T12:00:00.000Z'],
      ] as const) {
        const stepped = [];
        for (let slot = nextSlot(name, plusMs(from, -1)); slot.dueAt < to; slot = nextSlot(name, slot.dueAt))
          stepped.push(slot);
        assert.deepEqual(slotsBetween(name, from, to), stepped, `${name} from ${from} to ${to}`);
      }
    }
  });
});
