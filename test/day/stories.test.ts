import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PHASES } from '../../functions/cli/phases.ts';
import { highNoonSync } from '../../functions/high-noon-sync/phase.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { Lockdown } from '../../shared/domain/lockdown.ts';
import type { Revision } from '../../shared/domain/revision.ts';
import { releaseNoon } from '../../shared/engine/acts/hold.ts';
import { paths } from '../../shared/engine/records.ts';
import { readReport } from '../../shared/engine/write-report.ts';
import { failingAfter, openStory } from './support.ts';

const NOON = 'high-noon-sync@2026-11-24T12:00Z';

describe('stories of the day', () => {
  it('a first day adopts what it finds, and its noon releases', async () => {
    await using story = await openStory();
    const prep = await story.run('t-90-prep', '10:30');
    assert.equal(prep.ending, 'degraded');
    const adopted = await story.engine().documents.get<Revision>(paths.lastKnownGood);
    assert.equal(adopted?.adopted, true);
    await story.run('t-30-final-check', '11:30');
    const noon = await story.run('high-noon-sync', '12:00');
    assert.equal(noon.ending, 'passed');
    const good = await story.engine().documents.get<Revision>(paths.lastKnownGood);
    assert.equal(good?.adopted, false);
    const report = await readReport(story.engine(), story.date);
    assert.equal(report.sovereign.length, 3);
    // The morning found no copy and no release ref; noon has made both.
    for (const { mark, text } of report.sovereign) assert.match(`${mark}: ${text}`, /^good: released [0-9a-f]{12}$/);
    assert.equal(good?.commits['LivHana-SoT'], story.git('LivHana-SoT', 'rev-parse', 'refs/heads/high-noon/release'));
    assert.equal(
      story.git('LivHana-SoT', 'rev-parse', 'refs/tags/high-noon/2026-11-24^{}'),
      good?.commits['LivHana-SoT'],
    );
    assert.equal(story.git('LivHana-SoT', 'log', '--format=%an', 'refs/heads/main').includes('High Noon'), false);
  });

  it('a hard failure of T-90 skips noon; a rerun that passes puts the day back on', async () => {
    await using story = await openStory();
    await using lost = await openStory();
    for (const one of [story, lost]) one.git('LivHana-Kinetic', 'symbolic-ref', 'HEAD', 'refs/heads/gone');
    for (const one of [story, lost]) one.git('LivHana-Kinetic', 'branch', '-m', 'main', 'elsewhere');
    for (const one of [story, lost]) {
      const prep = await one.run('t-90-prep', '10:30');
      assert.notEqual(prep.exitCode, 0);
      assert.ok(
        prep.operations.some(({ findings }) => findings.some(({ subject }) => subject.includes('LivHana-Kinetic'))),
      );
    }
    await lost.sweep('10:35');
    await lost.run('t-30-final-check', '11:30');
    await lost.run('high-noon-sync', '12:00');
    await lost.sweep('12:35');
    const day = await lost.day();
    assert.equal(day.slots[NOON]?.ending, 'skipped');
    assert.equal((await lost.effects(NOON, 1)).length, 0);

    story.git('LivHana-Kinetic', 'branch', '-m', 'elsewhere', 'main');
    const rerun = await story.run('t-90-prep', '11:35', { rerun: true, slotDueAt: story.at('10:30') });
    assert.equal(rerun.exitCode, 0);
    assert.equal(rerun.attempt, 2);
    assert.equal(
      (await story.run('t-30-final-check', '11:36', { kind: 'sweep', slotDueAt: story.at('11:30') })).exitCode,
      0,
    );
    assert.equal((await story.run('high-noon-sync', '12:00')).ending, 'passed');
  });

  it('a T-30 failure holds; mended, rerun and released at 12:10, noon goes', async () => {
    await using story = await openStory();
    await story.run('t-90-prep', '10:30');
    story.fault('integration-service', { status: 500 });
    const red = await story.run('t-30-final-check', '11:30');
    assert.equal(red.ending, 'failed');
    assert.equal((await story.day()).hold?.status, 'active');
    const waiting = await story.run('high-noon-sync', '12:00');
    assert.equal(waiting.status, 'waiting');
    assert.equal(waiting.ending, null);
    story.fault('integration-service', {});
    assert.equal(
      (await story.run('t-30-final-check', '12:05', { rerun: true, slotDueAt: story.at('11:30') })).exitCode,
      0,
    );
    await story.advance('12:10');
    const released = await releaseNoon(
      story.engine(),
      { name: 'ana' },
      { date: story.date, reason: 'service is back' },
    );
    assert.deepEqual(released.ok, true);
    assert.equal(
      (await story.run('high-noon-sync', '12:10', { kind: 'sweep', slotDueAt: story.at('12:00') })).ending,
      'passed',
    );
  });

  it('a service that is not critical and fails degrades the day by name, and the report does not call all systems operational', async () => {
    await using story = await openStory();
    await story.run('t-90-prep', '10:30');
    story.fault('voice-service', { status: 500 });
    assert.equal((await story.run('t-30-final-check', '11:30')).ending, 'degraded');
    assert.equal((await story.run('high-noon-sync', '12:00')).exitCode, 0);
    assert.deepEqual((await story.day()).degradedServices, ['voice-service']);
    const report = await readReport(story.engine(), story.date);
    assert.deepEqual(report.allSystemsOperational, { holds: false, text: 'no: degraded are voice-service' });
  });

  it('a hold that nobody releases scrubs the day with zero effects', async () => {
    await using story = await openStory();
    await story.sweep('10:20');
    await story.run('t-90-prep', '10:30');
    story.fault('integration-service', { status: 500 });
    await story.run('t-30-final-check', '11:30');
    const before = story.observe();
    await story.run('high-noon-sync', '12:00');
    await story.sweep('12:35');
    const day = await story.day();
    assert.equal(day.slots[NOON]?.ending, 'scrubbed');
    assert.equal(day.scrubbed, true);
    assert.deepEqual(story.observe(), before);
    const report = await readReport(story.engine(), story.date);
    assert.equal(report.ending, 'scrubbed');
    assert.equal(report.allSystemsOperational.holds, false);
  });

  for (const name of [
    'update-context',
    'sync-repositories',
    'refresh-data-layer',
    'release-services',
    'mark-release',
  ]) {
    it(`a noon that fails after ${name} puts everything back, and says so`, async () => {
      await using story = await openStory();
      await story.morning();
      const before = story.observe();
      story.setPhases({ ...PHASES, 'high-noon-sync': failingAfter(highNoonSync, name) });
      const noon = await story.run('high-noon-sync', '12:00');
      assert.equal(noon.ending, 'rolled-back', noon.reason);
      assert.equal(noon.exitCode, 1);
      assert.deepEqual(story.observe(), before);
      const effects = await story.effects(NOON, 1);
      assert.ok(effects.length > 0);
      assert.ok(effects.every(({ state }) => state === 'undone'));
      const report = await readReport(story.engine(), story.date);
      assert.equal(report.ending, 'rolled-back');
      assert.equal(report.rollback?.effects.length, effects.length);
      const escalations = await story.engine().documents.query('escalations');
      assert.deepEqual(
        escalations.map(({ id }) => id),
        [`${NOON}#1`],
      );
    });
  }

  it('the same message fifty times, and a second message for the slot, make one run', async () => {
    await using story = await openStory();
    for (let copy = 0; copy < 50; copy++) await story.run('t-90-prep', '10:30', { messageId: 'the-same' });
    const second = await story.run('t-90-prep', '10:31');
    assert.equal(second.refused?.reason, 'duplicate');
    assert.equal(second.attempt, 1);
    assert.equal(second.exitCode, 0);
    assert.equal((await story.engine().documents.query('slots')).length, 1);
  });

  it('a noon message delivered at 13:07 is expired, with zero effects', async () => {
    await using story = await openStory();
    await story.morning();
    const before = story.observe();
    const late = await story.run('high-noon-sync', '13:07', { publishedAt: story.at('12:00') });
    assert.equal(late.ending, 'expired');
    assert.deepEqual(story.observe(), before);
  });

  for (const phase of ['t-90-prep', 't-30-final-check', 'high-noon-sync'] as const) {
    it(`a violation in ${phase} locks down, exits 4 and refuses what follows; snapshot and dry-run still run`, async () => {
      await using story = await openStory();
      const definition = PHASES[phase];
      const violation = {
        name: 'planted-violation',
        claim: 'never',
        kind: 'check' as const,
        failure: 'compliance' as const,
        needs: [],
        timeoutSeconds: 10,
        run: async () => ({
          findings: [
            fails({ code: 'violated', subject: 'GR-06', message: 'planted', remedy: 'none', severity: 'critical' }),
          ] as const,
          evidence: [],
        }),
      };
      story.setPhases({
        ...PHASES,
        [phase]: {
          ...definition,
          operations: [...definition.operations.slice(0, -1), violation, ...definition.operations.slice(-1)],
        },
      });
      const before = story.observe();
      const times = { 't-90-prep': '10:30', 't-30-final-check': '11:30', 'high-noon-sync': '12:00' } as const;
      let seen = false;
      for (const [name, time] of Object.entries(times) as [keyof typeof times, string][]) {
        const run = await story.run(name, time);
        if (name === phase) {
          seen = true;
          assert.equal(run.exitCode, 4);
          assert.equal(run.ending, phase === 'high-noon-sync' ? 'locked' : 'violated');
        } else if (seen) assert.equal(run.ending, 'refused');
        else assert.equal(run.exitCode, 0);
      }
      assert.equal((await story.engine().documents.get<Lockdown>(paths.lockdown))?.active, true);
      const after = story.observe();
      for (const [name, value] of Object.entries(before)) assert.equal(after[name], value, name);
      assert.equal((await story.run('snapshot-orchestration', '12:00')).status, 'concluded');
      assert.notEqual((await story.run('t-90-prep', '12:40', { dryRun: true })).operations.length, 0);
    });
  }
});
