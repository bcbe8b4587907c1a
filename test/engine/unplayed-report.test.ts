import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderHighNoon } from '../../shared/domain/report/markdown.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { readReport } from '../../shared/engine/write-report.ts';
import { createTestEngine, greenPhases, scheduled, TestResource } from '../support/engine.ts';

const DATE = '2026-11-24';

describe('the report', () => {
  it('names the moment noon concluded, and none while it has not', async () => {
    const { engine, clock } = createTestEngine(`${DATE}T10:30:00.000Z`, greenPhases(new TestResource()));
    const text = async (date = DATE) => renderHighNoon(await readReport(engine, date));
    const timesOf = (report: string) => report.split('\n').filter((line) => /Generated|SYNC_TIMESTAMP/.test(line));
    const none = 'not yet: noon has not concluded';
    assert.deepEqual(timesOf(await text('2020-01-01')), [`Generated: ${none}`, `- SYNC_TIMESTAMP: ${none}`]);
    for (const [phase, time] of [
      ['t-90-prep', '10:30'],
      ['t-30-final-check', '11:30'],
      ['high-noon-sync', '12:00'],
    ] as const) {
      assert.deepEqual(timesOf(await text()), [`Generated: ${none}`, `- SYNC_TIMESTAMP: ${none}`], phase);
      clock.advanceTo(`${DATE}T${time}:07.000Z`);
      await runPhase(engine, scheduled(phase, `${DATE}T${time}:00.000Z`));
    }
    assert.deepEqual(timesOf(await text()), [`Generated: ${DATE}T12:00:07Z`, `- SYNC_TIMESTAMP: ${DATE}T12:00:07Z`]);
  });
});
