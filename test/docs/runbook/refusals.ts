import assert from 'node:assert/strict';
import { PHASES } from '../../../functions/cli/phases.ts';
import type { PhaseName } from '../../../shared/domain/catalog.ts';
import type { Trigger } from '../../../shared/domain/trigger.ts';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import { LIMITS } from '../../../shared/engine/engine.ts';
import type { RunView } from '../../../shared/engine/read-run.ts';
import { failingAfter, type Story } from '../../day/support.ts';
import { testCheck } from '../../support/engine.ts';
import { pauseSchedule, type Try } from './support.ts';

const T90 = 't-90-prep@2026-11-24T10:30Z';

function refused({ refused: answer }: RunView, reason: string): void {
  assert.equal(answer?.reason, reason, answer?.detail);
}

/** A phase whose first operation does something while the phase runs: what comes meanwhile finds it running. */
function during(story: Story, phase: PhaseName, meanwhile: () => Promise<void>): void {
  const definition = PHASES[phase];
  const first = testCheck('meanwhile');
  const operation = {
    ...first,
    run: async (context: Parameters<typeof first.run>[0]) => {
      await meanwhile();
      return first.run(context);
    },
  };
  story.setPhases({ ...PHASES, [phase]: { ...definition, operations: [operation, ...definition.operations] } });
}

async function failedPreparation(story: Story): Promise<void> {
  pauseSchedule(story, 'paused');
  assert.equal((await story.run('t-90-prep', '10:30')).ending, 'failed');
}

async function rolledBackNoon(story: Story): Promise<void> {
  await story.morning();
  story.setPhases({ ...PHASES, 'high-noon-sync': failingAfter(PHASES['high-noon-sync'], 'update-context') });
  assert.equal((await story.run('high-noon-sync', '12:00')).ending, 'rolled-back');
}

const rerun = (story: Story, phase: PhaseName, time: string, due: string, more: Partial<Trigger> = {}) =>
  story.run(phase, time, { kind: 'manual', rerun: true, slotDueAt: story.at(due), ...more });

export const REFUSAL_TRIES: readonly Try[] = [
  {
    heading: 'duplicate',
    async arrange(story) {
      await failedPreparation(story);
      refused(await story.run('t-90-prep', '10:41'), 'duplicate');
      pauseSchedule(story, 'enabled');
    },
    steps: [
      { command: 'run t-90-prep', at: '10:45', exit: 0, says: /t-90-prep@2026-11-24T10:30Z#2: (PASSED|DEGRADED)/ },
    ],
  },
  {
    heading: 'lease-held',
    async arrange(story) {
      let second: RunView | undefined;
      during(story, 't-90-prep', async () => {
        second = await story.run('t-90-prep', '10:31', { messageId: 'another' });
      });
      await story.run('t-90-prep', '10:30');
      refused(second as RunView, 'duplicate');
      assert.match(second?.refused?.detail ?? '', /is running$/);
    },
    steps: [{ command: 'status', at: '10:45', exit: 0, says: /t-90-prep@2026-11-24T10:30Z {2}(passed|degraded)/ }],
  },
  {
    heading: 'redelivery',
    async arrange(story) {
      let again: RunView | undefined;
      during(story, 't-90-prep', async () => {
        again = await story.run('t-90-prep', '10:30', { messageId: 'the-same' });
      });
      await story.run('t-90-prep', '10:30', { messageId: 'the-same' });
      refused(again as RunView, 'redelivery');
    },
    steps: [],
  },
  {
    heading: 'busy',
    async arrange(story) {
      let asked: RunView | undefined;
      await rolledBackNoon(story);
      during(story, 't-30-final-check', async () => {
        asked = await rerun(story, 'high-noon-sync', '12:11', '12:00');
      });
      await rerun(story, 't-30-final-check', '12:10', '11:30');
      refused(asked as RunView, 'busy');
      assert.match(asked?.refused?.detail ?? '', /t-30-final-check.* is running/);
    },
    steps: [
      { command: 'status', at: '12:15', exit: 0, says: /t-30-final-check@2026-11-24T11:30Z {2}(passed|degraded)/ },
    ],
  },
  {
    heading: 'stale-continuation',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      refused(await story.run('t-90-prep', '10:35', { kind: 'continuation', runId: `${T90}#1` }), 'stale-continuation');
    },
    steps: [{ command: 'status', at: '10:40', exit: 0, says: /t-90-prep@2026-11-24T10:30Z {2}(passed|degraded)/ }],
  },
  {
    heading: 'not-due',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      refused(await story.run('t-90-prep', '14:00'), 'not-due');
    },
    steps: [{ command: 'run t-90-prep', at: '14:05', exit: 0, says: /^DRY-RUN: (PASSED|DEGRADED)/ }],
  },
  {
    heading: 'expired',
    async arrange(story) {
      assert.equal((await story.run('t-90-prep', '11:30', { publishedAt: story.at('10:31') })).ending, 'expired');
    },
    steps: [{ command: 'status', at: '11:31', exit: 0, says: /t-90-prep@2026-11-24T10:30Z {2}expired/ }],
  },
  {
    heading: 'rerun-too-late',
    async arrange(story) {
      await failedPreparation(story);
      refused(await rerun(story, 't-90-prep', '11:45', '10:30'), 'rerun-too-late');
    },
    steps: [
      {
        command: 'run t-90-prep',
        before: (story) => pauseSchedule(story, 'enabled'),
        at: '12:45',
        exit: 0,
        says: /^DRY-RUN: (PASSED|DEGRADED)/,
      },
    ],
  },
  {
    heading: 'not-rerunnable',
    async arrange(story) {
      await story.run('t-90-prep', '10:30');
      refused(await rerun(story, 't-90-prep', '10:45', '10:30'), 'not-rerunnable');
    },
    steps: [{ command: 'status', at: '10:50', exit: 0, says: /t-90-prep@2026-11-24T10:30Z {2}(passed|degraded)/ }],
  },
  {
    heading: 'no-new-ticket',
    async arrange(story) {
      await rolledBackNoon(story);
      refused(await rerun(story, 'high-noon-sync', '12:05', '12:00'), 'no-new-ticket');
    },
    steps: [
      {
        command: 'run t-30-final-check',
        at: '12:10',
        exit: 0,
        says: /t-30-final-check@2026-11-24T11:30Z#2: (PASSED|DEGRADED)/,
      },
      { command: 'run high-noon-sync', at: '12:15', exit: 0, says: /high-noon-sync@2026-11-24T12:00Z#2: PASSED/ },
    ],
  },
  {
    heading: 'lockdown',
    async arrange(story) {
      await story.advance('10:10');
      await lockDown(story.engine(), { name: 'sam' }, { reason: 'looking into a report' });
      assert.equal((await story.run('t-90-prep', '10:30')).ending, 'refused');
    },
    steps: [
      { command: 'run t-90-prep', at: '10:40', exit: 0, says: /^DRY-RUN: (PASSED|DEGRADED)/ },
      { command: 'report', at: '10:41', exit: 0, says: /HIGH NOON SYNC REPORT/ },
    ],
  },
  {
    heading: 'configuration-changed',
    async arrange(story) {
      const pinned = story.engine().configurationSha256;
      story.setEngine({ pinnedConfigurationSha256: '0'.repeat(64) });
      refused(await story.run('t-90-prep', '10:30'), 'configuration-changed');
      assert.equal((await story.engine().documents.query('slots')).length, 0, 'nothing starts');
      story.setEngine({ pinnedConfigurationSha256: pinned });
      assert.equal(
        (await story.run('t-90-prep', '10:50')).exitCode,
        0,
        'the right one again starts what is still open',
      );
    },
    steps: [],
  },
  {
    heading: 'malformed',
    async arrange(story) {
      refused(
        await story.push('t-90-prep', '10:30', pushed('t-90-prep', { phase: 't-90-prep', frobnicate: 1 })),
        'malformed',
      );
      const [kept] = await story.engine().documents.query<{ id: string }>('quarantine');
      assert.ok(kept !== undefined, 'it is kept');
    },
    steps: [],
  },
  {
    heading: 'stretches-exhausted',
    async arrange(story) {
      await exhausted(story, { stretches: 2 });
      const day = await story.day();
      assert.equal(day.slots[T90]?.ending, 'inconclusive');
      assert.match(day.slots[T90]?.reason ?? '', /2 stretches did not bring it to an end/);
    },
    steps: [
      {
        command: 'status',
        at: '11:10',
        exit: 0,
        says: /t-90-prep@2026-11-24T10:30Z {2}inconclusive.*stretches did not/,
      },
    ],
  },
  {
    heading: 'publishes-exhausted',
    async arrange(story) {
      const published: unknown[] = [];
      const { publisher } = story.engine();
      const trigger = async (_phase: PhaseName, body: object) => void published.push(body);
      story.setEngine({ publisher: { escalate: (one) => publisher.escalate(one), trigger } });
      await exhausted(story, { publishes: 1, stretches: 3 });
      assert.deepEqual(published, [{ phase: 't-90-prep', trigger: 'continuation', runId: `${T90}#1` }]);
      assert.equal((await story.day()).slots[T90]?.ending, 'inconclusive');
    },
    steps: [{ command: 'status', at: '11:10', exit: 0, says: /t-90-prep@2026-11-24T10:30Z {2}inconclusive/ }],
  },
];

/** T-90 with an operation that never comes to its end: each stretch is given up and continued. */
async function exhausted(story: Story, limits: Partial<typeof LIMITS>): Promise<void> {
  story.setEngine({ limits: { ...LIMITS, budgetSeconds: 0, ...limits } });
  for (const time of ['10:30', '10:35', '10:40', '10:45', '10:50'])
    await story.run('t-90-prep', time, { kind: 'sweep', slotDueAt: story.at('10:30') });
}

/** The body of a push, as Pub/Sub would send it to the function of the phase. */
export const pushed = (phase: PhaseName, data: object, publishTime = '2026-11-24T10:30:00.000Z'): object => ({
  specversion: '1.0',
  type: 'google.cloud.pubsub.topic.v1.messagePublished',
  id: 'by-hand',
  source: `//pubsub.googleapis.com/projects/livhana-fixture/topics/highnoon-${phase}`,
  data: {
    message: {
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId: `by-hand-${publishTime}`,
      publishTime,
      attributes: {},
    },
  },
});
