import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { RepositoriesPort, Repository } from '../../../shared/ports/repositories.ts';
import { ABSENT, type Here, hasCode, line, type RepositoriesWorld } from './world.ts';

export function historySuite(here: Here): void {
  let world: RepositoriesWorld;
  let port: RepositoriesPort;
  let repository: Repository;
  beforeEach(() => {
    world = here.world();
    port = here.port();
    repository = here.repository();
  });
  const { one } = here;

  describe('walking into the past', () => {
    it('stops at the known commit and hands out what came after it', async () => {
      const ids = await world.commit(line(300));
      const found = await port.history(repository, ids[299] as string, {
        until: [ids[40] as string],
        deepenStep: 50,
      });
      assert.ok(found.found);
      assert.deepEqual(found.reached, [ids[40]]);
      assert.deepEqual(
        found.commits.map(({ id }) => id),
        ids.slice(41).reverse(),
      );
    });

    it('says that it reached its limit of commits before the known one', async () => {
      const ids = await world.commit(line(600));
      const capped = await port.history(repository, ids[599] as string, {
        until: [ids[0] as string],
        maxCommits: 500,
        deepenStep: 100,
      });
      assert.ok(!capped.found);
      assert.equal(capped.cap, 'commits');
      assert.equal(capped.commits.length, 500);
      const within = await port.history(repository, ids[599] as string, {
        until: [ids[0] as string],
        maxCommits: 600,
      });
      assert.ok(within.found);
    });

    it('says that it reached its limit of bytes', async () => {
      const ids = await world.commit(line(600));
      const capped = await port.history(repository, ids[599] as string, {
        until: [ABSENT],
        maxBytes: 3_000,
        deepenStep: 4,
      });
      assert.ok(!capped.found);
      assert.equal(capped.cap, 'bytes');
    });

    it('says root only when the whole history was read', async () => {
      const ids = await world.commit(line(150));
      const searched = await port.history(repository, ids[149] as string, { until: [ABSENT], deepenStep: 10 });
      assert.ok(!searched.found);
      assert.equal(searched.cap, 'root');
      assert.equal(searched.commits.length, 150);
    });

    it('hands out every commit before its parents, also where lines were merged', async () => {
      const [a, b, c, d] = (await world.commit([
        { message: 'a', at: '2026-01-01T00:00:00Z' },
        { parents: [0], message: 'b', at: '2026-01-03T00:00:00Z' },
        { parents: [0], message: 'c', at: '2026-01-02T00:00:00Z' },
        { parents: [1, 2], message: 'd', at: '2026-01-04T00:00:00Z' },
      ])) as [string, string, string, string];
      const all = await port.history(repository, d);
      assert.deepEqual(
        all.commits.map(({ id }) => id),
        [d, b, c, a],
      );
    });
  });

  describe('how two commits stand to each other', () => {
    it('knows the same, ahead and behind, with counts', async () => {
      const ids = await world.commit(line(200));
      const [old, tip] = [ids[20] as string, ids[199] as string];
      const limits = { deepenStep: 16 };
      assert.deepEqual(await port.relation(repository, tip, tip), { relation: 'same', ahead: 0, behind: 0 });
      assert.deepEqual(await port.relation(repository, tip, old, limits), {
        relation: 'ahead',
        ahead: 179,
        behind: 0,
      });
      assert.deepEqual(await port.relation(repository, old, tip, limits), {
        relation: 'behind',
        ahead: 0,
        behind: 179,
      });
    });

    it('sees rewritten history as diverged, even where only the message changed', async () => {
      const ids = await world.commit(line(30));
      const rewritten = await world.commit([
        { parents: [ids[27] as string], message: 'note 28, reworded', at: '2026-01-01T00:28:00Z' },
        { parents: [0], message: 'note 29', at: '2026-01-01T00:29:00Z' },
      ]);
      const stands = await port.relation(repository, rewritten[1] as string, ids[29] as string, { deepenStep: 4 });
      assert.deepEqual(stands, { relation: 'diverged', ahead: 2, behind: 2 });
    });

    it('sees histories without a common commit as diverged', async () => {
      const [a, b] = (await world.commit([{ message: 'a' }, { message: 'b' }])) as [string, string];
      assert.deepEqual(await port.relation(repository, a, b), { relation: 'diverged', ahead: 1, behind: 1 });
    });

    it('counts through merges, where a branch left the line long before', async () => {
      const ids = await world.commit(line(100));
      const [, merged] = (await world.commit([
        { parents: [ids[3] as string], message: 'from long ago', at: '2026-02-01T00:00:00Z' },
        { parents: [ids[99] as string, 0], message: 'merge', at: '2026-02-02T00:00:00Z' },
      ])) as [string, string];
      const stands = await port.relation(repository, merged, ids[99] as string, { deepenStep: 5 });
      assert.deepEqual(stands, { relation: 'ahead', ahead: 2, behind: 0 });
    });

    it('says unknown when the limit came before the answer', async () => {
      const ids = await world.commit(line(300));
      const stands = await port.relation(repository, ids[299] as string, ids[0] as string, { maxCommits: 100 });
      assert.deepEqual(stands, { relation: 'unknown', cap: 'commits' });
    });
  });

  describe('the last commit of a person', () => {
    const ignoreSubjects = ['^auto-save:', 'AUTO-SAVE:', '^. AUTO:', 'Auto-commit boot script'];

    it('passes over what matches a pattern', async () => {
      const ids = await world.commit([
        { message: 'a person was here', at: '2026-01-01T00:00:00Z' },
        { parents: [0], message: 'auto-save: 1', at: '2026-01-02T00:00:00Z' },
        { parents: [1], message: '🤖 AUTO: 2', at: '2026-01-03T00:00:00Z' },
        { parents: [2], message: 'Auto-commit boot script', at: '2026-01-04T00:00:00Z' },
      ]);
      const last = await port.lastCommit(repository, ids[3] as string, { ignoreSubjects, deepenStep: 1 });
      assert.ok(last.found);
      assert.equal(last.commit.id, ids[0]);
      assert.equal(last.ignored, 3);
    });

    it('does not settle for a near commit while a newer one may lie behind a merge', async () => {
      const ids = await world.commit([
        { message: 'older, by a person', at: '2026-01-01T00:00:00Z' },
        { message: 'newer, by a person', at: '2026-01-05T00:00:00Z' },
        { parents: [1], message: 'auto-save: 1', at: '2026-01-08T00:00:00Z' },
        { parents: [2], message: 'auto-save: 2', at: '2026-01-09T00:00:00Z' },
        { parents: [0, 3], message: 'auto-save: merge', at: '2026-01-10T00:00:00Z' },
      ]);
      const last = await port.lastCommit(repository, ids[4] as string, { ignoreSubjects, deepenStep: 2 });
      assert.ok(last.found);
      assert.equal(last.commit.id, ids[1]);
    });

    it('looks at the subject alone: a body may speak of machines', async () => {
      const id = await one({ message: 'Merge of a week\n\nAUTO-SAVE: 1\nAUTO-SAVE: 2\n' });
      const last = await port.lastCommit(repository, id, { ignoreSubjects });
      assert.ok(last.found);
    });

    it('tells nobody ever from not found within the limit', async () => {
      const machines = line(40).map((commit) => ({ ...commit, message: 'auto-save: again' }));
      const ids = await world.commit(machines);
      const tip = ids[39] as string;
      assert.deepEqual(await port.lastCommit(repository, tip, { ignoreSubjects }), { found: false, cap: 'root' });
      const capped = await port.lastCommit(repository, tip, { ignoreSubjects, maxCommits: 10 });
      assert.deepEqual(capped, { found: false, cap: 'commits' });
    });

    it('refuses a pattern that is none', async () => {
      const id = await one({});
      await assert.rejects(port.lastCommit(repository, id, { ignoreSubjects: ['('] }), hasCode('invalid'));
    });
  });
}
