import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RunView } from '../../shared/engine/read-run.ts';
import { openStory } from './support.ts';

const subjectsOf = (run: RunView): string =>
  run.operations
    .flatMap(({ findings }) => findings)
    .filter(({ verdict }) => verdict !== 'passed')
    .map(({ id, message }) => `${id} ${message}`)
    .join('\n');

/** Each lie that the old scripts passed over, and what must be named. */
describe('a world of lies never passes, and each gap is named', () => {
  it('repositories that are missing', async () => {
    await using story = await openStory();
    rmSync(join(story.data, 'repositories', 'LivHana-SoT'), { recursive: true });
    const run = await story.run('t-90-prep', '10:30');
    assert.notEqual(run.exitCode, 0);
    assert.match(subjectsOf(run), /check-trinity-status\/repositories\/LivHana-SoT/);
  });

  it('an empty inventory, a mock mode and a 401', async () => {
    for (const [service, fault, said] of [
      ['integration-service', { emptyInventory: true }, /integration-service/],
      ['integration-service', { mock: true }, /mock/],
      ['reasoning-gateway', { unauthorised: true }, /reasoning-gateway.*credential|credential.*reasoning-gateway/s],
    ] as const) {
      await using story = await openStory();
      await story.run('t-90-prep', '10:30');
      story.fault(service, fault);
      const run = await story.run('t-30-final-check', '11:30');
      assert.equal(run.ending, 'inconclusive', `${service} ${JSON.stringify(fault)}: ${run.reason}`);
      assert.match(subjectsOf(run), said);
    }
  });

  it('empty evidence', async () => {
    await using story = await openStory();
    writeFileSync(join(story.data, 'objects', 'livhana-evidence', 'coa_records.ndjson'), '');
    const run = await story.run('t-90-prep', '10:30');
    assert.notEqual(run.exitCode, 0);
    assert.match(subjectsOf(run), /GR-10/);
  });

  it('a stale manifest', async () => {
    await using story = await openStory();
    await story.morning();
    await story.run('high-noon-sync', '12:00');
    const file = join(story.data, 'objects', 'livhana-fixture-highnoon-data', 'context', 'context_manifest.yaml');
    const before = readFileSync(file, 'utf8');
    const later = await openStory({ date: '2026-11-24' });
    await later[Symbol.asyncDispose]();
    await story.advance('2026-11-27T09:30:00.000Z');
    const run = await story.run('t-90-prep', '2026-11-27T10:30:00.000Z');
    assert.notEqual(run.exitCode, 0);
    assert.match(subjectsOf(run), /context\/manifest/);
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  it('COMPLIANCE_LEVEL=none is a violation, and unset cannot be told', async () => {
    await using none = await openStory({ environment: { COMPLIANCE_LEVEL: 'none' } });
    const violated = await none.run('t-90-prep', '10:30');
    assert.equal(violated.ending, 'violated');
    assert.equal(violated.exitCode, 4);
    await using unset = await openStory({ environment: { COMPLIANCE_LEVEL: '' } });
    const unknown = await unset.run('t-90-prep', '10:30');
    assert.equal(unknown.ending, 'inconclusive');
  });
});
