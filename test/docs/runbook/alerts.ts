import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHASES } from '../../../functions/cli/phases.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import { failingAfter, type Story } from '../../day/support.ts';
import { type AlertTry, pages, status } from './alert-try.ts';
import { pauseSchedule } from './support.ts';

/** Certificates of analysis with too much in them: what no release may go out with. */
function spoilCertificates(story: Story, isSpoilt: boolean): void {
  const file = join(story.data, 'objects', 'livhana-evidence', 'coa_records.ndjson');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const changed = lines.map((line, index) =>
    index > 0 ? line : JSON.stringify({ ...JSON.parse(line), delta9_pct: isSpoilt ? 0.9 : 0.21 }),
  );
  writeFileSync(file, `${changed.join('\n')}\n`);
}

/** Noon fails after the named operation; with `isStuck`, what it did cannot be undone. */
function breakNoon(story: Story, isStuck: boolean): void {
  const noon = failingAfter(PHASES['high-noon-sync'], 'refresh-data-layer');
  const operations = noon.operations.map((operation): Operation<PortMap> => {
    if (!isStuck || operation.name !== 'refresh-data-layer' || operation.undo === undefined) return operation;
    const undo = operation.undo;
    return {
      ...operation,
      undo: (context, record) => ({
        ...undo(context, record),
        call: async () => {
          throw new PortError('datasets', 'permission-denied', 'the pointer is read-only');
        },
      }),
    };
  });
  story.setPhases({ ...PHASES, 'high-noon-sync': { ...noon, operations } });
}

export const URGENT_TRIES: readonly AlertTry[] = [
  {
    heading: 'T-90 preparation failed',
    policy: 't-90-failed',
    async arrange(story) {
      pauseSchedule(story, 'paused');
      await story.run('t-90-prep', '10:30');
      await pages(story, 't-90-failed', '10:35');
    },
    steps: [
      status('10:40', /t-90-prep@2026-11-24T10:30Z {2}failed[\s\S]*failed: .*paused.*; next: /),
      {
        command: 'run t-90-prep',
        before: (story) => pauseSchedule(story, 'enabled'),
        at: '10:45',
        exit: 0,
        says: /#2: (PASSED|DEGRADED)/,
      },
    ],
    async after(story) {
      const final = await story.run('t-30-final-check', '11:30');
      assert.equal(final.exitCode, 0, 'a rerun that passes lets T-30 go');
    },
  },
  {
    heading: 'T-30 final check failed',
    policy: 't-30-failed',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      story.fault('integration-service', { status: 500 });
      await story.run('t-30-final-check', '11:30');
      await pages(story, 't-30-failed', '11:35');
      assert.equal((await story.run('high-noon-sync', '12:00')).status, 'waiting');
      const file = join(story.data, 'objects', 'livhana-fixture-highnoon-reports', story.date, 'readiness.md');
      assert.match(readFileSync(file, 'utf8'), /integration-service/);
    },
    steps: [
      {
        command: 'run t-30-final-check',
        before: (story) => story.fault('integration-service', {}),
        at: '12:05',
        exit: 0,
        says: /#2: (PASSED|DEGRADED)/,
      },
      { command: 'release', at: '12:10', exit: 0, says: /released/i },
    ],
    async after(story) {
      const noon = await story.run('high-noon-sync', '12:10', { kind: 'sweep', slotDueAt: story.at('12:00') });
      assert.equal(noon.ending, 'passed');
    },
  },
  {
    heading: 'High Noon failed',
    policy: 'high-noon-failed',
    async arrange(story) {
      await story.morning();
      breakNoon(story, false);
      assert.equal((await story.run('high-noon-sync', '12:00')).ending, 'rolled-back');
      await pages(story, 'high-noon-failed', '12:05');
    },
    steps: [{ command: 'report', at: '12:10', exit: 0, says: /planted after refresh-data-layer/ }],
  },
  {
    heading: 'Rollback failed',
    policy: 'rollback-failed',
    async arrange(story) {
      await story.morning();
      breakNoon(story, true);
      assert.equal((await story.run('high-noon-sync', '12:00')).ending, 'rollback-failed');
      await pages(story, 'rollback-failed', '12:05');
    },
    steps: [
      { command: 'run t-90-prep', at: '12:20', exit: 0, says: /^DRY-RUN: [\s\S]*prove-rollback/ },
      { command: 'unlock', at: '12:30', exit: 0, says: /lifted/i },
    ],
  },
  {
    heading: 'Compliance violation',
    policy: 'compliance-violation',
    async arrange(story) {
      spoilCertificates(story, true);
      assert.equal((await story.run('t-90-prep', '10:30')).ending, 'violated');
      await pages(story, 'compliance-violation', '10:35');
    },
    steps: [
      {
        command: 'run t-90-prep',
        before: (story) => spoilCertificates(story, false),
        at: '10:45',
        exit: 0,
        says: /^DRY-RUN: (PASSED|DEGRADED)/,
      },
      {
        command: 'unlock',
        at: '10:50',
        actor: 'sam',
        exit: 0,
        says: /propos/i,
        again: { at: '10:55', actor: 'kim', exit: 0, says: /lifted/i },
      },
    ],
  },
  {
    heading: 'Lockdown active',
    policy: 'lockdown-active',
    async arrange(story) {
      await story.advance('10:10');
      await lockDown(story.engine(), { name: 'sam' }, { reason: 'looking into a report' });
      await pages(story, 'lockdown-active', '10:15');
    },
    steps: [
      status(
        '10:20',
        /^2026-11-24: LOCKDOWN \(epoch 1, operator\) since 2026-11-24T10:1\d:\S+, set by sam: looking into a report/,
      ),
      { command: 'ledger verify', at: '10:21', exit: 0, says: /chain intact/ },
      { command: 'unlock', at: '10:25', actor: 'kim', exit: 0, says: /lifted/i },
    ],
  },
  {
    heading: 'Configuration is not the pinned one',
    policy: 'configuration-changed',
    async arrange(story) {
      story.setEngine({ pinnedConfigurationSha256: '0'.repeat(64) });
      await pages(story, 'configuration-changed', '10:05');
      assert.equal((await story.run('t-90-prep', '10:30')).refused?.reason, 'configuration-changed');
    },
    steps: [],
  },
  {
    heading: 'Ledger anchor late',
    policy: 'ledger-anchor-late',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      await story.sweep('10:35');
      story.setEngine({ anchorsUri: 'gs://not-a-bucket-of-ours/../anchors' });
      await pages(story, 'ledger-anchor-late', '12:45');
      story.setEngine({ anchorsUri: 'gs://livhana-fixture-highnoon-anchors' });
    },
    steps: [{ command: 'ledger verify', at: '12:50', exit: 0, says: /chain intact, \d+ anchors agree/ }],
  },
  {
    heading: 'Repeated failures',
    policy: 'repeated-failures',
    async arrange(story) {
      pauseSchedule(story, 'paused');
      await story.run('t-90-prep', '10:30');
      await story.run('t-90-prep', '2026-11-25T10:30:00.000Z');
      await pages(story, 'repeated-failures', '2026-11-25T10:35:00.000Z');
    },
    steps: [status('2026-11-25T10:40:00.000Z', /t-90-prep@2026-11-25T10:30Z {2}failed[\s\S]*\(check-schedules\//)],
  },
];
