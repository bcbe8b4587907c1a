import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import catalog from '../../../shared/catalog/alerts.json' with { type: 'json' };
import metrics from '../../../shared/catalog/metrics.json' with { type: 'json' };
import phases from '../../../shared/catalog/phases.json' with { type: 'json' };
import { ALERT_EVENTS } from '../../../shared/domain/configuration/alerts.ts';
import { ROUTES } from '../../../shared/domain/escalation.ts';
import { type Plan, planOf, type Resource, resourcesOf } from '../support/plan.ts';
import { rulesOf } from './judge.ts';
import { promqlName } from './series.ts';

const LEAST_LOOK_BACK_MINUTES = 15;
const OWN_SERIES = /custom_googleapis_com:[a-z_]+/g;

/** List prices in US dollars: a condition a month, and a million series returned by evaluations. */
const PRICE = { condition: 0.1, conditionAsFirstAnnounced: 1.5, millionSeries: 0.35 };
const MONTH_MINUTES = 30 * 1440;

const known = new Map(metrics.metrics.map((metric) => [promqlName(`${metrics.prefix}/${metric.name}`), metric]));
const policiesOf = (plan: Plan): readonly Resource[] => resourcesOf(plan, 'google_monitoring_alert_policy');

/** Names of our series in a text; a distribution's buckets count as the distribution. */
const seriesIn = (text: string): string[] =>
  [...text.matchAll(OWN_SERIES)].map(([name]) => (known.has(name) ? name : name.replace(/_bucket$/, '')));

/** How many series the clauses of a condition return at each evaluation: one for each phase where the metric has phases. */
function seriesReturned(query: string): number {
  return query.split(/ unless | or /).reduce((sum, clause) => {
    const metric = known.get(seriesIn(clause)[0] ?? '');
    const named = /phase="/.test(clause) ? 1 : /phase=~"([^"]*)"/.exec(clause)?.[1]?.split('|').length;
    return sum + (metric?.labels.includes('phase') === true ? (named ?? phases.phases.length) : 1);
  }, 0);
}

describe('the catalog of alerts', () => {
  it('looks back at least fifteen minutes everywhere, because a level comes every five', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    for (const { name, query } of rulesOf(plan)) {
      const selectors = query.match(/\{[^}]*\}/g) ?? [];
      const ranges = [...query.matchAll(/\}\[(\d+)m\]/g)].map(([, minutes]) => Number(minutes));
      assert.equal(ranges.length, selectors.length, `${name}: a selector without a look-back`);
      assert.ok(
        ranges.every((minutes) => minutes >= LEAST_LOOK_BACK_MINUTES),
        `${name}: looks back ${ranges.join(', ')} minutes`,
      );
    }
  });

  it('has no absence condition but over minutes', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    for (const policy of policiesOf(plan)) {
      assert.doesNotMatch(JSON.stringify(policy.values), /condition_absent":\s*\[\{/, policy.address);
    }
    for (const { name, query } of rulesOf(plan)) {
      assert.doesNotMatch(query.replaceAll('absent_over_time', ''), /\babsent\b/, name);
      for (const [, minutes] of query.matchAll(/absent_over_time\([^[]*\[(\d+)m\]\)/g))
        assert.ok(Number(minutes) <= 60, `${name}: ${minutes} minutes`);
    }
  });

  it('has a policy for each event that a configuration may route, but for what the relay alone tells', () => {
    const events = catalog.policies.flatMap((policy) => ('event' in policy ? [policy.event] : []));
    assert.deepEqual([...events, 'forged_act'].sort(), [...ALERT_EVENTS].sort());
  });

  it('names phases and routes that exist, and pages each route', () => {
    assert.deepEqual(Object.keys(catalog.routes).sort(), [...ROUTES].sort());
    const names = new Set<string>(phases.phases.map(({ name }) => name));
    for (const { id, route, query } of catalog.policies) {
      assert.ok(Object.hasOwn(catalog.routes, route), `${id}: ${route}`);
      for (const [, list = ''] of query.matchAll(/phase(?:=~|!~|=)\\?"([^"\\]*)/g))
        for (const name of list.split('|')) assert.ok(names.has(name), `${id}: ${name}`);
    }
    assert.deepEqual(new Set(catalog.policies.map(({ route }) => route)), new Set(ROUTES));
    assert.equal(new Set(catalog.policies.map(({ id }) => id)).size, catalog.policies.length);
  });

  it('says what, why and what next, closes by itself and is told again on purpose', () => {
    for (const { id, what, why, next, severity, autoCloseSeconds, renotifySeconds } of catalog.policies) {
      for (const text of [what, why, next]) assert.ok(text.length > 30 && /[.?]$/.test(text), `${id}: ${text}`);
      assert.ok(['CRITICAL', 'ERROR', 'WARNING'].includes(severity), id);
      // Cloud Monitoring's bounds.
      assert.ok(autoCloseSeconds >= 1800 && autoCloseSeconds <= 604_800, id);
      assert.ok(renotifySeconds === null || (renotifySeconds >= 1800 && renotifySeconds <= 86_400), id);
      assert.ok(severity !== 'CRITICAL' || renotifySeconds !== null, `${id}: a critical alert that is told once`);
    }
  });

  it('reaches, in the plan, somebody on the route that it names', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const planned = new Map(policiesOf(plan).map((policy) => [String(policy.index), policy.values]));
    assert.deepEqual([...planned.keys()].sort(), catalog.policies.map(({ id }) => id).sort());
    for (const { id, route, severity } of catalog.policies) {
      assert.equal((planned.get(id)?.user_labels as { route: string } | undefined)?.route, route);
      assert.ok(((planned.get(id)?.alert_strategy as unknown[] | undefined)?.length ?? 0) === 1, `${id}: no strategy`);
      assert.equal(planned.get(id)?.severity, severity);
    }
  });

  it('and the dashboard together use every metric that is emitted, and no other', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const [dashboard] = resourcesOf(plan, 'google_monitoring_dashboard');
    const shown = String(dashboard?.values.dashboard_json);
    JSON.parse(shown);
    const used = new Set([...rulesOf(plan).flatMap(({ query }) => seriesIn(query)), ...seriesIn(shown)]);
    assert.deepEqual(
      [...used].filter((name) => !known.has(name)),
      [],
      'used but not emitted',
    );
    assert.deepEqual(
      [...known.keys()].filter((name) => !used.has(name)),
      [],
      'emitted but not used',
    );
    assert.deepEqual(
      resourcesOf(plan, 'google_monitoring_metric_descriptor')
        .map(({ index }) => index)
        .sort(),
      metrics.metrics.map(({ name }) => name).sort(),
    );
  });

  it('asks for level gauges that the watchdog writes anew, never for sums', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    for (const { name, query } of rulesOf(plan))
      for (const series of seriesIn(query)) assert.equal(known.get(series)?.written, 'watchdog', `${name}: ${series}`);
  });

  it('has its price told', (t) => {
    const plan = planOf(t, 'prod');
    if (plan === null) return;
    const rules = rulesOf(plan);
    const evaluations = (MONTH_MINUTES * 60) / catalog.evaluationSeconds;
    const millions = (rules.reduce((sum, { query }) => sum + seriesReturned(query), 0) * evaluations) / 1e6;
    const dollars = (condition: number): string =>
      (rules.length * condition + millions * PRICE.millionSeries).toFixed(2);
    t.diagnostic(
      `${rules.length} conditions, ${millions.toFixed(2)} million series a month at most: $${dollars(PRICE.condition)} a month at $${PRICE.condition} a condition ($${dollars(PRICE.conditionAsFirstAnnounced)} at the $${PRICE.conditionAsFirstAnnounced} first announced)`,
    );
    assert.ok(rules.length > 0 && millions > 0);
  });
});
