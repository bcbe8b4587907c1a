import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openStory, type Story } from './support.ts';

const NOON = 'high-noon-sync@2026-11-24T12:00Z';

/** Something moves between T-30 and noon; the ticket must be void and name it, and nothing may change. */
async function noonAfter(
  move: (story: Story) => Promise<void> | void,
): Promise<{ story: Story; moved: readonly string[] }> {
  const story = await openStory();
  await story.morning();
  await move(story);
  const before = story.observe();
  const noon = await story.run('high-noon-sync', '12:00');
  assert.equal(noon.ending, 'failed', noon.reason);
  assert.deepEqual(story.observe(), before);
  assert.equal((await story.effects(NOON, 1)).length, 0);
  const { ticket } = await story.day();
  assert.equal(ticket?.status, 'void');
  return { story, moved: ticket.moved };
}

describe('what moves after T-30 voids the ticket, by name', () => {
  it('rewritten history', async () => {
    const { story, moved } = await noonAfter((one) => {
      const tree = one.git('LivHana-SoT', 'rev-parse', 'main^{tree}');
      const other = one.git(
        'LivHana-SoT',
        '-c',
        'user.name=x',
        '-c',
        'user.email=x@x',
        'commit-tree',
        tree,
        '-m',
        'rewritten',
      );
      one.git('LivHana-SoT', 'update-ref', 'refs/heads/main', other);
    });
    await using _ = story;
    assert.deepEqual(moved, ['repositories/LivHana-SoT/commit']);
  });

  it('the release ref', async () => {
    const { story, moved } = await noonAfter((one) => {
      one.git(
        'LivHana-Kinetic',
        'update-ref',
        'refs/heads/high-noon/release',
        one.git('LivHana-Kinetic', 'rev-parse', 'main'),
      );
    });
    await using _ = story;
    assert.deepEqual(moved, ['repositories/LivHana-Kinetic/release-ref']);
  });

  it('a staged batch', async () => {
    const { story, moved } = await noonAfter((one) => {
      const file = join(
        one.data,
        'objects',
        'livhana-fixture-highnoon-data',
        'staged',
        'square_transactions',
        'current.json',
      );
      const pointer = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      writeFileSync(file, JSON.stringify({ ...pointer, version: null }));
    });
    await using _ = story;
    assert.ok(moved.includes('datasets/square_transactions/staged'), moved.join());
  });

  it('a service revision', async () => {
    const { story, moved } = await noonAfter((one) => {
      const file = join(one.data, 'registry.json');
      const registry = JSON.parse(readFileSync(file, 'utf8'));
      const service = registry.services['integration-service'];
      const [first] = Object.keys(service.revisions);
      service.revisions['integration-service-zzz'] = service.revisions[first ?? ''];
      service.latestReady = 'integration-service-zzz';
      service.latestCreated = 'integration-service-zzz';
      writeFileSync(file, JSON.stringify(registry));
    });
    await using _ = story;
    assert.deepEqual(moved, ['services/integration-service/candidate']);
  });

  it('the configuration', async () => {
    const { story, moved } = await noonAfter(async (one) => {
      const file = join(one.data, 'herbitrage.yaml');
      writeFileSync(file, `${readFileSync(file, 'utf8')}# changed\n`);
      await one.reopen();
    });
    await using _ = story;
    assert.deepEqual(moved, ['configuration']);
  });

  it('the code', async () => {
    const { story, moved } = await noonAfter((one) => one.setEngine({ codeRevision: 'another' }));
    await using _ = story;
    assert.deepEqual(moved, ['code']);
  });

  it('but not a newer ordinary commit: noon releases the ticketed one and reports the newer', async () => {
    await using story = await openStory();
    await story.morning();
    const ticketed = story.git('LivHana-SoT', 'rev-parse', 'main');
    await story.commitTo('LivHana-SoT', { 'late.md': 'late\n' }, story.at('11:45'));
    const noon = await story.run('high-noon-sync', '12:00');
    assert.equal(noon.ending, 'passed', noon.reason);
    assert.equal(story.git('LivHana-SoT', 'rev-parse', 'refs/heads/high-noon/release'), ticketed);
    const said = noon.operations.flatMap(({ findings }) => findings).filter(({ message }) => message.includes('newer'));
    assert.equal(said.length, 1);
  });
});
