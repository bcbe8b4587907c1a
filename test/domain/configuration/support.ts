/** A configuration that is right, small and easy to spoil; JSON is YAML, so a spoilt one is an object away. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type Configuration,
  type Mistake,
  type ParseOptions,
  parseConfiguration,
} from '../../../shared/domain/configuration/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests put wrong things into every place
export type Loose = any;

export const exampleBytes = readFileSync(new URL('./herbitrage.yaml', import.meta.url));

export function small(): Loose {
  return {
    schema_version: '1',
    deployment: {
      project_id: 'example-shop',
      region: 'us-central1',
      environment: 'production',
      compliance_level: '21+',
      store_timezone: 'America/Chicago',
    },
    repositories: [{ name: 'shop', url: 'https://git.example/shop' }],
    services: [{ name: 'gate', url: 'https://gate.example/health' }],
    datasets: [
      { name: 'sales', source: 'till', source_uri: 'gs://example-sales/in/', ts: 'at', max_age_h: 26, key: 'id' },
      { name: 'bookings', source: 'books', source_uri: 'bigquery:books.bookings', ts: 'at', max_age_h: 26, key: 'id' },
    ],
    evidence: {
      orders: { source_uri: 'firestore:orders', max_age_h: 2, fields: { id: 'string', paid: 'bool', at: 'timestamp' } },
      checks: { source_uri: 'gs://example-evidence/checks.csv', max_age_h: 24 },
    },
    guardrails: [
      { id: 'G-1', title: 'paid', check: 'records_all', evidence: 'orders', expr: 'o.paid', severity: 'high' },
      {
        id: 'G-2',
        title: 'checked',
        check: 'join_complete',
        evidence: 'orders',
        join: 'checks',
        match: ['id'],
        severity: 'medium',
      },
    ],
    memory: [
      {
        collection: 'ops',
        schema: 'ops.v1',
        cadence_h: 6,
        freshness_h: { warn: 7, max: 8, critical: 12 },
        retain_days: 30,
      },
    ],
  };
}

export function parse(source: Loose, options: Partial<ParseOptions> = {}) {
  const text = typeof source === 'string' || source instanceof Uint8Array ? source : JSON.stringify(source, null, 1);
  return parseConfiguration(text, { fileName: 'test.yaml', ...options });
}

export function accepted(source: Loose, options: Partial<ParseOptions> = {}): Configuration {
  const result = parse(source, options);
  assert.deepEqual(result.ok ? [] : result.mistakes, []);
  assert.ok(result.ok);
  return result.configuration;
}

export function mistakesOf(source: Loose, options: Partial<ParseOptions> = {}): readonly Mistake[] {
  const result = parse(source, options);
  assert.equal(result.ok, false, 'a configuration with a mistake was accepted');
  return result.ok ? [] : result.mistakes;
}

/** Spoils a small configuration and gives the mistakes as `path: message`. */
export function spoilt(spoil: (configuration: Loose) => void, options: Partial<ParseOptions> = {}): string[] {
  const configuration = small();
  spoil(configuration);
  return mistakesOf(configuration, options).map(({ path, message }) => `${path}: ${message}`);
}
