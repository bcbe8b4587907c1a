import assert from 'node:assert/strict';
import { PHASES } from '../../../functions/cli/phases.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import { type AlertTry, pages, status } from './alert-try.ts';
import { conditionHolds, levelsOf, pauseSchedule } from './support.ts';

/** What engineering and the operator on call are told of slots, snapshots, services and of what watches them. */
export const OTHER_TRIES: readonly AlertTry[] = [
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
