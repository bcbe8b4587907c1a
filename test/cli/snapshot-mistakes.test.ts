import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { event, openFolder, person } from './snapshot-folder.ts';

const AT = '2026-11-24T00:00:00Z';

/** A folder with two events and a person in its memory. */
async function openLoaded() {
  const folder = openFolder();
  await folder.load('events', [event('a', 'u1'), event('b', 'u2')], AT);
  await folder.load('people', [person('u1')], AT);
  return folder;
}

describe('mistakes with memory and snapshots', () => {
  it('refuses a snapshot of a moment that has one, instead of giving that one back as new', async () => {
    using folder = await openLoaded();
    assert.equal((await folder.run('snapshots', 'create', '--at', AT)).code, 0);
    await folder.load('events', [event('c', 'u3')], AT);
    const again = await folder.run('snapshots', 'create', '--at', AT, '--json');
    assert.equal(again.code, 2);
    assert.match(again.err, /20261124T000000Z exists already; nothing was captured; name another --at/);
    const shown = await folder.run('snapshots', 'show', 'latest', '--json');
    assert.deepEqual(
      shown.json<{ collections: { documents: number }[] }>().collections.map(({ documents }) => documents),
      [2, 1],
    );
  });

  it('does not call a snapshot valid that shows an empty collection', async () => {
    using folder = openFolder();
    await folder.load('events', [event('a', 'u1')], AT);
    const made = await folder.run('snapshots', 'create', '--at', AT, '--json');
    assert.equal(made.code, 1);
    const { state, findings } = made.json<{ state: string; findings: { state: string; subject: string }[] }>();
    assert.equal(state, 'captured');
    assert.deepEqual(
      findings.map((each) => [each.state, each.subject]),
      [['unknown', 'memory/people']],
    );
  });

  it('calls a snapshot of old records valid, and notes their age', async () => {
    using folder = await openLoaded();
    const made = await folder.run('snapshots', 'create', '--at', '2026-11-30T00:00:00Z', '--json');
    assert.equal(made.code, 0);
    const { state, findings } = made.json<{ state: string; findings: { state: string; code: string }[] }>();
    assert.equal(state, 'valid');
    assert.deepEqual([...new Set(findings.map((each) => `${each.state} ${each.code}`))], ['noted stale']);
  });
});
