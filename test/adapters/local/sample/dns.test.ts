import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSampleDns } from '../../../../shared/adapters/local/sample/dns.ts';
import { PortError, UsageError } from '../../../../shared/domain/errors.ts';

const limits = { timeoutMs: 1000 };

async function zone() {
  const folder = await mkdtemp(join(tmpdir(), 'sample-dns-'));
  const file = join(folder, 'dns.json');
  return {
    dns: createSampleDns({ file }),
    write: (text: string) => writeFile(file, text),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const failing = (code: string) => (error: unknown) => error instanceof PortError && error.code === code;

test('without a file the protected domains of the sample have their addresses and nothing else exists', async () => {
  await using sample = await zone();
  assert.deepEqual(await sample.dns.records('Protected-A.example.', 'A', limits), ['192.0.2.10', '192.0.2.11']);
  assert.deepEqual(await sample.dns.records('protected-b.example', 'MX', limits), []);
  await assert.rejects(sample.dns.records('other.example', 'A', limits), failing('not-found'));
  await assert.rejects(sample.dns.records('constructor', 'A', limits), failing('not-found'));
});

test('an edit of the file counts at once, and a domain can be made to fail in each way', async () => {
  await using sample = await zone();
  await sample.write(
    '{"protected-a.example": {"A": ["192.0.2.99", "192.0.2.10", "192.0.2.10"]}, "a.example": "NXDOMAIN", "b.example": "SERVFAIL", "c.example": "TIMEOUT"}',
  );
  assert.deepEqual(await sample.dns.records('protected-a.example', 'A', limits), ['192.0.2.10', '192.0.2.99']);
  await assert.rejects(sample.dns.records('a.example', 'A', limits), failing('not-found'));
  await assert.rejects(sample.dns.records('b.example', 'A', limits), failing('unavailable'));
  await assert.rejects(sample.dns.records('c.example', 'A', limits), failing('deadline-exceeded'));
});

test('a mistake in the file, a wrong name or a caller who stopped waiting is told as such', async () => {
  await using sample = await zone();
  for (const text of [
    '{',
    '{"a.example": "BROKEN"}',
    '{"a.example": {"PTR": []}}',
    '{"a.example": {"A": "192.0.2.1"}}',
  ]) {
    await sample.write(text);
    await assert.rejects(sample.dns.records('a.example', 'A', limits), UsageError, text);
  }
  await assert.rejects(sample.dns.records('a b', 'A', limits), failing('invalid'));
  await assert.rejects(
    sample.dns.records('a.example', 'A', { ...limits, signal: AbortSignal.abort() }),
    failing('deadline-exceeded'),
  );
});
