import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfiguration } from '../../shared/domain/configuration/index.ts';
import { checkExpression } from '../../shared/runtime/check-expressions.ts';

const mistakesOf = (expr: string): readonly string[] => {
  const text = `
schema_version: "1"
deployment: {project_id: livhana-fixture, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories: [{name: LivHana-SoT, url: "https://git.example/LivHana-SoT"}]
evidence:
  orders: {source_uri: "firestore:orders", max_age_h: 2, fields: {order_id: string, completed_at: timestamp, total: double, born: date, tags: list}}
  verifications: {source_uri: "firestore:verifications", max_age_h: 2}
guardrails:
  - {id: X-1, title: x, check: records_all, evidence: orders, join: verifications, match: [order_id], expr: ${JSON.stringify(expr)}, severity: high}
`;
  const parsed = parseConfiguration(text, { fileName: 'x.yaml', checkExpression });
  return parsed.ok ? [] : parsed.mistakes.map(({ path, message }) => `${path}: ${message}`);
};

describe('conditions when the configuration is loaded', () => {
  it('are accepted with declared fields, with any field of undeclared evidence, and with the added functions', () => {
    for (const expr of [
      "o.total > 1.0 && v.decision == 'approved'",
      'calendar_age(o.born, o.completed_at, tz) >= 21',
      'age_h(o.completed_at) < 2.0',
      "'x' in o.tags",
      'v.decided_at <= o.completed_at && now > o.completed_at',
    ]) {
      assert.deepEqual(mistakesOf(expr), [], expr);
    }
  });

  it('are refused with their place and what is known there', () => {
    for (const [expr, message] of [
      ['o.totl > 1.0', /^guardrails\[0\]\.expr: no such field: totl; known: born, completed_at, order_id, tags, total/],
      ["o.total == 'much'", /double, string/],
      ['o.total', /the result is double, wanted is bool/],
      ['x.total > 1.0', /no variable x; known: now, o, tz, v/],
      ['age_hours(o.completed_at) > 1', /no function age_hours; known: .*age_h/],
      ['calendar_age(o.total, o.completed_at, tz) > 1', /calendar_age does not take/],
      ['o.total >', /parse/],
      ["o.order_id.matches('(a')", /regular expression/],
      [`${'('.repeat(100)}o.total > 1.0${')'.repeat(100)}`, /too-deep/],
    ] as const) {
      const [first = '', ...more] = mistakesOf(expr);
      assert.match(first, message);
      assert.deepEqual(more, []);
    }
  });
});
