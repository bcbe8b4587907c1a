import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GUARDRAIL_CHECKS } from '../../../shared/domain/configuration/index.ts';
import { configurationReference } from '../../../shared/domain/configuration/reference.ts';

describe('docs/configuration.md', () => {
  const written = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

  it('is what the schema says now (node test/domain/configuration/write-reference.ts writes it)', () => {
    assert.equal(written, configurationReference());
  });

  it('tells of every kind of guardrail', () => {
    for (const check of GUARDRAIL_CHECKS) assert.ok(written.includes(`### \`${check}\``), check);
  });
});
