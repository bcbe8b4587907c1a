import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { ADDRESS_KEY } from '../../../shared/domain/configuration/address-rules.ts';
import { parseSource } from '../../../shared/domain/configuration/index.ts';
import { configurationSchema } from '../../../shared/domain/configuration/schema.ts';
import { allowedFor, bare, shapeOf } from '../../../shared/domain/configuration/schema-walk.ts';
import { accepted, small, spoilt } from './support.ts';

const withUrl = (url: string) =>
  spoilt((source) => {
    source.services[0].url = url;
  });

describe('web addresses', () => {
  for (const [url, expected] of [
    ['http://gate.example/health', 'is not https'],
    ['https://user:hunter22@gate.example/', 'contains a password in a URL'],
    ['https://user@gate.example/', 'carries a user or password'],
    ['https://gate.example/#a', 'carries a fragment'],
    ['https://gate.example/a/../b', 'has a `.` or `..` part'],
    ['https://gate.example/%2e%2E/b', 'has a `.` or `..` part'],
    ['https://metadata.google.internal/computeMetadata', 'names a host that is never asked'],
    ['https://169.254.169.254/latest', 'is an address of the range linkLocal'],
    ['https://[::ffff:10.0.0.1]/', 'is an address of the range private'],
    ['https://10.1.2.3/', 'is an address of the range private'],
    ['https://167837953/', 'is an address of the range private'],
    ['https://127.0.0.1/', 'is loopback, which only the local runtime may ask'],
    ['http://localhost:8080/', 'is loopback, which only the local runtime may ask'],
    ['javascript:alert(1)', 'is not an `https://` address'],
    ['https://gate.example\\@evil.example/', 'is not an `https://` address'],
    ['https:///x', 'is not an `https://` address'],
    ['https://[::1', 'is not an address'],
    ['sample://gate', 'is the sample world, which exists in the local runtime only'],
  ] as const) {
    it(`refuse ${url}`, () =>
      assert.ok(
        withUrl(url).some((line) => line === `services[0].url: ${expected}`),
        JSON.stringify(withUrl(url)),
      ));
  }

  it('allow loopback over http only in the local runtime', () => {
    const source = small();
    source.services[0].url = 'http://127.0.0.1:8080/health';
    accepted(source, { allowLoopbackHttp: true });
    source.services[0].url = 'http://gate.example/health';
    assert.match(
      spoilt(
        (s) => {
          s.services[0].url = source.services[0].url;
        },
        { allowLoopbackHttp: true },
      ).join(),
      /is not https/,
    );
  });

  it('allow the sample world only where it is', () => {
    const source = small();
    source.services[0].url = 'sample://gate/health';
    source.repositories[0].url = 'sample://shop';
    source.evidence.orders.source_uri = 'sample://orders';
    accepted(source, { allowSample: true });
  });

  it('allow private ranges where the configuration says so, and link-local ones never', () => {
    const source = small();
    source.network = { allow_private: true };
    source.services[0].url = 'https://10.1.2.3/';
    accepted(source);
    source.services[0].url = 'https://169.254.1.1/';
    assert.match(spoilt((s) => Object.assign(s, source)).join(), /range linkLocal/);
  });
});

describe('sources', () => {
  for (const [address, expected] of [
    ['gs://example-bucket/a/b.ndjson', { system: 'gs', bucket: 'example-bucket', key: 'a/b.ndjson' }],
    ['firestore:orders', { system: 'firestore', collection: 'orders' }],
    ['bigquery:shop.sales', { system: 'bigquery', dataset: 'shop', table: 'sales' }],
    ['https://shop.example', { system: 'https', url: 'https://shop.example' }],
    ['sample://orders/today', { system: 'sample', name: 'orders', path: '/today' }],
    ['run:env', { system: 'run:env' }],
    ['repositories', { system: 'repositories' }],
    ['metrics', { system: 'metrics' }],
  ] as const) {
    it(`read ${address}`, () => assert.deepEqual(parseSource(address), expected));
  }

  for (const address of [
    'orders',
    's3://bucket/key',
    'mysql:orders',
    'run:envs',
    'gs://B/x',
    'gs://bucket/../x',
    'gs://bucket/a//b',
    'gs://bucket/__x__/y',
    'gs://bucket/*.json',
    'firestore:a/b',
    'firestore:__orders__',
    'firestore:..',
    'bigquery:shop',
    'bigquery:a.b.c',
    'bigquery:a.b-c',
    'file:///etc/passwd',
    'http://shop.example',
    '',
    'sample://..',
  ]) {
    it(`refuse ${JSON.stringify(address)}`, () => assert.equal(typeof parseSource(address), 'string'));
  }

  it('of an unknown system are refused by its name', () => {
    assert.deepEqual(
      spoilt((source) => {
        source.evidence.orders.source_uri = 's3://bucket/key';
      }),
      ['evidence.orders.source_uri: names the unknown system `s3`'],
    );
  });
});

describe('keys of addresses', () => {
  it('are recognised by their ending, every one of the schema', () => {
    const missed: string[] = [];
    const visit = (path: string, schema: z.core.$ZodType): void => {
      if (
        /https:\/\/HOST/.test(allowedFor(schema)) &&
        shapeOf(schema) === undefined &&
        !ADDRESS_KEY.test(path.replace(/\[\]$/, ''))
      )
        missed.push(path);
      const def = bare(schema)._zod.def as z.core.$ZodTypes['_zod']['def'];
      if (def.type === 'object') for (const [key, inner] of Object.entries(def.shape)) visit(key, inner);
      else if (def.type === 'array') visit(`${path}[]`, def.element);
      else if (def.type === 'record') visit(path, def.valueType);
      else if (def.type === 'union') for (const option of def.options) visit(path, option);
    };
    for (const [key, schema] of Object.entries(configurationSchema.shape)) visit(key, schema);
    assert.deepEqual(missed, []);
  });
});
