import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EvidenceSource } from '../../../shared/domain/guardrails/index.ts';
import { decideForged, decideStatus, typedRecord, Undecided } from '../../../shared/domain/guardrails/index.ts';

describe('the status of an address', () => {
  it('holds when it is one of the wanted, fails when it is another', () => {
    assert.equal(decideStatus(200, 200), 'holds');
    assert.equal(decideStatus(204, [200, 204]), 'holds');
    for (const status of [301, 302, 401, 403, 404]) assert.equal(decideStatus(status, 200), 'fails', String(status));
  });

  it('says nothing when the server is out of order or busy', () => {
    for (const status of [500, 502, 503, 429, 408]) assert.ok(decideStatus(status, 200) instanceof Undecided);
  });
});

describe('a forged cookie', () => {
  it('was believed when the page is served or the visitor sent on', () => {
    for (const status of [302, 401, 403]) assert.equal(decideForged(status, [302, 401, 403]), 'holds');
    for (const status of [200, 204, 301, 307]) assert.equal(decideForged(status, [302, 401, 403]), 'fails');
    for (const status of [404, 429, 500]) assert.ok(decideForged(status, [302, 401, 403]) instanceof Undecided);
  });
});

describe('comma separated values', () => {
  const fields = { paid: 'bool', n: 'int', x: 'double', tags: 'list', name: 'string', at: 'timestamp' } as const;
  const typed = typedRecord({ format: 'csv', fields } as unknown as EvidenceSource);

  it('are read by their declared types', () => {
    const text = { paid: 'true', n: '3', x: '2.5', tags: '["a"]', name: '7', at: '2026-11-24T00:00:00Z' };
    assert.deepEqual(typed?.(text), { ...text, paid: true, n: 3, x: 2.5, tags: ['a'] });
  });

  it('stay text where they are not of their type, and are null where nothing stands', () => {
    const text = { paid: 'yes', n: '3.5', x: 'much', tags: '[', name: '', at: '' };
    assert.deepEqual(typed?.(text), { ...text, at: null });
    assert.equal(typed?.({ paid: '' }).paid, null);
  });

  it('alone are read so', () => {
    assert.equal(typedRecord({ format: 'ndjson', fields } as unknown as EvidenceSource), undefined);
  });
});
