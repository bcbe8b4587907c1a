import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHASES } from '../../../functions/cli/phases.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import { failingAfter, type Story } from '../../day/support.ts';
import { conditionHolds, levelsOf, pauseSchedule, type Try } from './support.ts';

/** A heading of an alert, whose condition must hold for what the watchdog tells in that state. */
type AlertTry = Try & { readonly policy: string };

const status = (at: string, says: RegExp) => ({ command: 'status', at, exit: 0, says });

/** The watchdog looks, and what it tells then must be what the alert asks for. */
async function pages(story: Story, policy: string, time: string): Promise<void> {
  await story.sweep(time);
  assert.ok(await conditionHolds(story, policy), `${policy}: ${JSON.stringify(await levelsOf(story)).slice(0, 3000)}`);
}

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

export const ALERT_TRIES: readonly AlertTry[] = [
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
      status('10:20', /^LOCKDOWN \(epoch 1, .*looking into a report/),
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
  {
    heading: 'Weekly review or snapshot failed',
    policy: 'supporting-phase-failed',
    world: { date: '2026-11-29' },
    async arrange(story) {
      const review = await story.run('weekly-risk-review', '13:00', { slotDueAt: story.at('12:00') });
      assert.equal(review.exitCode, 1);
      await pages(story, 'supporting-phase-failed', '13:05');
    },
    steps: [
      status('13:10', /weekly-risk-review@2026-11-29T12:00Z {2}(failed|inconclusive)[\s\S]*; next: /),
      // The cause is there still, so the second attempt ends as the first did.
      { command: 'run weekly-risk-review', at: '13:15', exit: 1, says: /^weekly-risk-review@2026-11-29T12:00Z#2: / },
    ],
  },
  {
    heading: 'Phase degraded',
    policy: 'soft-failure',
    async arrange(story) {
      assert.equal((await story.run('t-90-prep', '10:30')).ending, 'degraded');
      await pages(story, 'soft-failure', '10:35');
    },
    steps: [status('10:40', /t-90-prep@2026-11-24T10:30Z {2}degraded[\s\S]*degraded: .*; next: /)],
  },
  {
    heading: 'Surplus starts',
    policy: 'surplus-starts',
    async arrange(story) {
      for (const minute of ['30', '31', '32', '33']) await story.run('t-90-prep', `10:${minute}`);
      await pages(story, 'surplus-starts', '10:35');
      assert.equal((await story.day()).slots['t-90-prep@2026-11-24T10:30Z']?.attempt, 1);
    },
    steps: [],
  },
  {
    heading: 'Effects still owed',
    policy: 'outbox-stuck',
    async arrange(story) {
      pauseSchedule(story, 'paused');
      // No relay acknowledges here, so the escalation stays owed.
      await story.run('t-90-prep', '10:30');
      await pages(story, 'outbox-stuck', '10:50');
    },
    steps: [],
  },
  {
    heading: 'Delivery self-test late',
    policy: 'self-test-late',
    async arrange(story) {
      await story.sweep('10:00');
      await story.sweep('2026-11-25T09:00:00.000Z');
      await pages(story, 'self-test-late', '2026-12-02T10:05:00.000Z');
    },
    steps: [],
  },
  {
    heading: 'Snapshot stale',
    policy: 'snapshot-stale',
    async arrange(story) {
      await story.run('snapshot-orchestration', '2026-11-25T00:00:00.000Z');
      await pages(story, 'snapshot-stale', '2026-11-25T08:05:00.000Z');
    },
    steps: [status('2026-11-25T08:10:00.000Z', /snapshot-orchestration@2026-11-25T00:00Z {2}(passed|degraded)/)],
  },
  {
    heading: 'Snapshot critically stale',
    policy: 'snapshot-critical',
    async arrange(story) {
      await story.run('snapshot-orchestration', '2026-11-25T00:00:00.000Z');
      await pages(story, 'snapshot-critical', '2026-11-25T12:40:00.000Z');
    },
    steps: [
      {
        command: 'run snapshot-orchestration',
        at: '2026-11-25T12:45:00.000Z',
        exit: 0,
        says: /^snapshot-orchestration@2026-11-25T12:00Z#1: (PASSED|DEGRADED)/,
      },
    ],
    async after(story) {
      await story.sweep('2026-11-25T12:50:00.000Z');
      assert.equal(await conditionHolds(story, 'snapshot-critical'), false, 'one is valid again');
    },
  },
  {
    heading: 'Services degraded',
    policy: 'degraded-services',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      story.fault('voice-service', { status: 500 });
      assert.equal((await story.run('t-30-final-check', '11:30')).ending, 'degraded');
      await pages(story, 'degraded-services', '11:35');
    },
    steps: [
      status('11:40', /t-30-final-check@2026-11-24T11:30Z {2}degraded[\s\S]*answered 500.*services\/voice-service/),
    ],
  },
  {
    heading: 'Slot missed',
    policy: 'slot-missed',
    async arrange(story) {
      await story.sweep('10:00');
      await pages(story, 'slot-missed', '11:20');
      assert.equal((await story.day()).slots['t-90-prep@2026-11-24T10:30Z']?.ending, 'missed');
    },
    steps: [{ command: 'run t-90-prep', at: '11:25', exit: 0, says: /^DRY-RUN: (PASSED|DEGRADED)/ }],
  },
  {
    heading: 'Slot starts late',
    policy: 'start-late',
    async arrange(story) {
      await story.sweep('10:00');
      await pages(story, 'start-late', '10:40');
      // The forced run of its schedule is this message.
      assert.equal((await story.run('t-90-prep', '10:45')).exitCode, 0);
      assert.equal((await story.run('t-90-prep', '10:46')).refused?.reason, 'duplicate', 'doing so twice is harmless');
    },
    steps: [],
  },
  {
    heading: 'Slot finishes late',
    policy: 'finish-late',
    async arrange(story) {
      const definition = PHASES['t-90-prep'];
      const [first, ...others] = definition.operations;
      if (first === undefined) throw new Error('a phase without operations');
      let said = false;
      const slow: Operation<PortMap> = {
        ...first,
        run: async (context) => {
          await pages(story, 'finish-late', '10:50');
          said = true;
          return first.run(context);
        },
      };
      story.setPhases({ ...PHASES, 't-90-prep': { ...definition, operations: [slow, ...others] } });
      await story.run('t-90-prep', '10:30');
      assert.ok(said);
    },
    steps: [status('10:55', /t-90-prep@2026-11-24T10:30Z {2}/)],
  },
  {
    heading: 'Watchdog silent',
    policy: 'watchdog-silent',
    async arrange(story) {
      await story.sweep('10:00');
      await story.run('t-90-prep', '10:30');
      const newest = (await levelsOf(story)).find(({ metric }) => metric === 'watchdog_heartbeat');
      assert.equal(newest?.at, story.at('10:00'), 'half an hour without a beat: absent_over_time of 15 minutes holds');
    },
    steps: [status('10:40', /t-90-prep@2026-11-24T10:30Z {2}(passed|degraded)/)],
  },
];
