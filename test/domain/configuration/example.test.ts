import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { GUARDRAIL_CHECKS, type Guardrail } from '../../../shared/domain/configuration/index.ts';
import { accepted, exampleBytes, parse, small } from './support.ts';

describe('the worked example', () => {
  const configuration = accepted(exampleBytes);

  it('is accepted as it is, and its digest is that of its exact bytes', () => {
    const result = parse(exampleBytes);
    assert.ok(result.ok);
    assert.equal(result.sha256, createHash('sha256').update(exampleBytes).digest('hex'));
    const changed = parse(`${exampleBytes.toString('utf8')}\n`);
    assert.ok(changed.ok);
    assert.notEqual(changed.sha256, result.sha256);
  });

  it('keeps all thirty guardrails, which use every kind', () => {
    assert.equal(configuration.guardrails.length, 30);
    const used = new Set(configuration.guardrails.map(({ check }) => check));
    assert.deepEqual(new Set(GUARDRAIL_CHECKS), used);
  });

  it('keeps the names and values that stand in it', () => {
    assert.deepEqual(
      configuration.repositories.map(({ name }) => name),
      ['LivHana-SoT', 'LivHana-Kinetic', 'LivHana-Potential'],
    );
    assert.equal(configuration.deployment.compliance_level, '21+');
    assert.deepEqual(configuration.services[7]?.expect.status, [401, 404]);
    assert.deepEqual(configuration.datasets[4]?.parity_with, { dataset: 'square_transactions', tolerance_pct: 0.5 });
    assert.equal(configuration.datasets[3]?.max_age_h, null);
    assert.deepEqual(configuration.memory[3]?.archive_keep_days, { weekly: 182, monthly: null });
    const join = configuration.guardrails[4] as Extract<Guardrail, { check: 'records_all' }>;
    assert.deepEqual([join.join, join.match], ['verifications', ['order_id']]);
  });

  it('calls evidence by the short names that its conditions use', () => {
    const aliases = Object.entries(configuration.evidence).map(([name, { alias }]) => [name, alias]);
    assert.deepEqual(Object.fromEntries(aliases), {
      catalog: 'catalog',
      coa_records: 'coa',
      orders: 'o',
      verifications: 'v',
      consents: 'c',
      site_pages: 'site_pages',
      service_config: 'service_config',
      licences: 'licences',
      pci: 'pci',
      secrets_inventory: 'secrets_inventory',
      tracked_files: 'tracked_files',
      audit_log: 'audit_log',
      metrics: 'metrics',
    });
  });
});

describe('what is left out', () => {
  const configuration = accepted(small());

  it('has documented defaults', () => {
    assert.equal(configuration.repositories[0]?.release_ref, 'refs/heads/high-noon/release');
    assert.equal(configuration.repositories[0]?.default_branch, 'main');
    assert.deepEqual(configuration.services[0]?.expect, { status: 200 });
    assert.equal(configuration.services[0]?.samples, 3);
    assert.equal(configuration.alerts.consecutive_failures_threshold, 2);
    assert.equal(configuration.people.single_operator, false);
    assert.deepEqual(configuration.weekly.capacity.budget_alert_pct, [50, 80, 100]);
  });

  it('derives the places of a dataset from its source and the data bucket', () => {
    const [sales, bookings] = configuration.datasets;
    assert.deepEqual(
      [sales?.incoming_uri, sales?.staged_uri, sales?.live_uri],
      [
        'gs://example-sales/in/',
        'gs://example-shop-highnoon-data/staged/sales/',
        'gs://example-shop-highnoon-data/live/sales/',
      ],
    );
    assert.deepEqual(
      [bookings?.incoming_uri, bookings?.live_uri],
      ['gs://example-shop-highnoon-data/incoming/bookings/', 'bigquery:books.bookings'],
    );
  });

  it('puts the name of an environment other than production into every bucket', () => {
    const staging = small();
    staging.deployment.environment = 'staging';
    assert.equal(accepted(staging).reports.uri, 'gs://example-shop-highnoon-staging-reports/');
    assert.equal(configuration.reports.uri, 'gs://example-shop-highnoon-reports/');
  });

  it('reads the format of evidence from the end of its name', () => {
    assert.deepEqual([configuration.evidence.checks?.format, configuration.evidence.orders?.format], ['csv', 'ndjson']);
  });

  it('allows id tokens for the base addresses of services that ask for them, and for no others', () => {
    const source = small();
    source.services[0].auth = 'oidc';
    const { network, services } = accepted(source);
    assert.deepEqual(network.allowed_audiences, ['https://gate.example']);
    assert.equal(services[0]?.audience, 'https://gate.example');
    assert.deepEqual(configuration.network.allowed_audiences, []);
  });
});

describe('conditions', () => {
  it('are given to the checker with the names and fields they may use, and its answers are mistakes of their place', () => {
    const source = small();
    source.guardrails[0].join = 'checks';
    source.guardrails[0].match = ['id'];
    const seen: unknown[] = [];
    const result = parse(source, {
      checkExpression: (expression, context) => {
        seen.push({ expression, ...context });
        return ['uses the unknown field `paid`'];
      },
    });
    assert.deepEqual(seen, [
      {
        expression: 'o.paid',
        guardrail: 'G-1',
        check: 'records_all',
        storeTimezone: 'America/Chicago',
        records: [
          { name: 'orders', alias: 'o', fields: { id: 'string', paid: 'bool', at: 'timestamp' } },
          { name: 'checks', alias: 'checks', fields: undefined },
        ],
      },
    ]);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.mistakes.map(({ path, message }) => [path, message]),
      [['guardrails[0].expr', 'uses the unknown field `paid`']],
    );
  });
});
