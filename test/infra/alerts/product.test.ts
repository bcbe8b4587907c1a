import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import metrics from '../../../shared/catalog/metrics.json' with { type: 'json' };
import type { Ending } from '../../../shared/domain/ending.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import { planOf } from '../support/plan.ts';
import { findPromtool, skipLoudly } from '../support/tools.ts';
import { judge, playAll, rulesOf } from './judge.ts';
import { productLevels, type Story, type Told } from './product.ts';
import type { Page, Situation } from './situations.ts';
import { clock } from './world.ts';

const slot = (
  phase: Told['phase'],
  due: string,
  started: string | null,
  concluded: string,
  ending: Ending,
  verdict: Verdict | null,
  more: Partial<Told> = {},
): Told => ({
  phase,
  due: clock(due),
  started: started === null ? null : clock(started),
  concluded: clock(concluded),
  ending,
  verdict,
  ...more,
});
const T90 = (
  started: string | null,
  concluded: string,
  ending: Ending,
  verdict: Verdict | null,
  more: Partial<Told> = {},
): Told => slot('t-90-prep', '10:30', started, concluded, ending, verdict, more);
const T30 = (
  started: string | null,
  concluded: string,
  ending: Ending,
  verdict: Verdict | null,
  more: Partial<Told> = {},
): Told => slot('t-30-final-check', '11:30', started, concluded, ending, verdict, more);
const NOON = (
  started: string | null,
  concluded: string,
  ending: Ending,
  verdict: Verdict | null,
  more: Partial<Told> = {},
): Told => slot('high-noon-sync', '12:00', started, concluded, ending, verdict, more);
const SKIPPED = [
  T30(null, '12:20', 'skipped', null, { waitsFrom: clock('11:30') }),
  NOON(null, '12:30', 'skipped', null, { waitsFrom: clock('12:00') }),
];

const page = (policy: string, at: string, phase?: string, until?: string): Page => ({
  policy,
  at: clock(at),
  ...(phase === undefined ? {} : { phase }),
  ...(until === undefined ? {} : { until: clock(until) }),
});
/** A phase that began and did not pass tells so as it ends. */
const toldByPhase = ({ started, concluded, verdict }: Told): number[] =>
  started === null || concluded === null || verdict === null || verdict === 'passed' ? [] : [concluded];
const told = (title: string, story: Story, pages: readonly Page[], from = '09:30', to = '13:30'): Situation => ({
  title,
  from: clock(from),
  to: clock(to),
  levels: productLevels(story),
  told: story.slots.flatMap(toldByPhase),
  pages,
});

const stories: readonly Situation[] = [
  told('A Sunday that does well, with review and snapshot waiting for noon', { slots: [] }, [], '08:00', '14:30'),
  told('T-90 fails', { slots: [T90('10:30', '10:41', 'failed', 'failed'), ...SKIPPED] }, [
    page('t-90-failed', '10:41', 't-90-prep'),
  ]),
  told(
    'T-90 fails, a rerun passes at 11:39 and T-30 starts late because of it',
    {
      slots: [
        T90('10:30', '10:41', 'failed', 'failed'),
        T90('11:36', '11:39', 'passed', 'passed', { attempt: 2 }),
        T30('11:41', '11:44', 'passed', 'passed', { waitsFrom: clock('11:30') }),
      ],
    },
    [page('t-90-failed', '10:41', 't-90-prep', '11:39')],
  ),
  told(
    'T-30 fails, is rerun and released at 12:20; noon starts then',
    {
      slots: [
        T30('11:30', '11:36', 'failed', 'failed'),
        T30('12:01', '12:04', 'passed', 'passed', { attempt: 2 }),
        NOON('12:20', '12:28', 'passed', 'passed', { waitsFrom: clock('12:00') }),
      ],
      releasedAt: clock('12:20'),
    },
    [page('t-30-failed', '11:36', 't-30-final-check', '12:04')],
  ),
  told('Noon is rolled back', { slots: [NOON('12:00', '12:11', 'rolled-back', 'failed')] }, [
    page('high-noon-failed', '12:11'),
  ]),
  told(
    'T-90 finds a violation',
    {
      slots: [
        T90('10:30', '10:36', 'violated', 'violated'),
        T30(null, '11:30', 'refused', null),
        NOON(null, '12:00', 'refused', null),
      ],
      lockedAt: clock('10:36'),
    },
    [page('compliance-violation', '10:36', 't-90-prep'), page('lockdown-active', '10:36')],
  ),
  told('T-90 is never started', { slots: [T90(null, '11:16', 'missed', null), ...SKIPPED] }, [
    page('start-late', '10:38', 't-90-prep'),
    page('slot-missed', '11:16', 't-90-prep'),
  ]),
  told('T-90 overruns', { slots: [T90('10:30', '10:58', 'passed', 'passed')] }, [
    page('finish-late', '10:46', 't-90-prep'),
  ]),
  told('T-90 is degraded', { slots: [T90('10:30', '10:36', 'degraded', 'degraded')] }, [
    page('soft-failure', '10:36', 't-90-prep'),
  ]),
  told(
    'T-30 finds services degraded',
    { slots: [T30('11:30', '11:36', 'degraded', 'degraded')], degraded: { at: clock('11:36'), services: ['voice'] } },
    [page('degraded-services', '11:36')],
  ),
  told('An escalation is owed', { slots: [], owedAt: clock('10:02') }, [page('outbox-stuck', '10:18')]),
  told(
    'The self-test of delivery was not acknowledged this week',
    { slots: [], selfTestedAt: clock('10:20') - 8 * 1440 },
    [page('self-test-late', '10:21')],
  ),
  told('The configuration is changed', { slots: [], configurationChangedAt: clock('10:06') }, [
    page('configuration-changed', '10:06'),
  ]),
];

describe("the watchdog's own levels", () => {
  it('are exactly the level gauges of the catalog, with their labels', () => {
    const [sunday] = stories;
    const written = new Map(
      sunday?.levels(clock('12:40')).map(({ metric, labels }) => [metric, Object.keys(labels).sort()]),
    );
    const catalogued = new Map(
      metrics.metrics
        .filter((metric) => metric.written === 'watchdog')
        .map(({ name, labels }) => [name, [...labels].sort()]),
    );
    assert.deepEqual(new Map([...written].sort()), new Map([...catalogued].sort()));
  });

  it('page exactly those who are concerned', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const promtool = findPromtool();
    if (promtool === null)
      return skipLoudly(t, 'promtool is not installed (Debian package prometheus), so the product was not played');
    const played = playAll(promtool, rulesOf(plan), stories, 'later');
    assert.deepEqual(
      stories.flatMap((story) => judge(story, played.get(story.title) ?? [], 'later')),
      [],
    );
  });
});
