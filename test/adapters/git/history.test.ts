import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchHttp } from '../../../shared/adapters/git/fetch-http.ts';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import type { ForeignCommit } from '../../contracts/repositories.contract.ts';
import { gitIn, makeGitWorld } from './git-world.ts';

/** Small and repeatable; a line of its own, so that a failure can be run again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A history with branches, merges and a second root, a minute between commits. */
function tangle(count: number, seed: number): ForeignCommit[] {
  const next = random(seed);
  return Array.from({ length: count }, (_, n) => {
    const near = () => Math.max(0, n - 1 - next(next(4) === 0 ? 40 : 4));
    const parents = n === 0 || n === 5 ? [] : [...new Set(next(3) === 0 ? [near(), near()] : [near()])];
    return { parents, message: `commit ${n}`, at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString() };
  });
}

describe('history', () => {
  it('counts ahead and behind as git does, on tangled histories and in small steps', async () => {
    const world = await makeGitWorld();
    try {
      for (const seed of [1, 2, 3]) {
        const ids = await world.commit(tangle(120, seed));
        const next = random(seed + 100);
        for (let pair = 0; pair < 8; pair += 1) {
          const [a, b] = [ids[next(120)] ?? '', ids[next(120)] ?? ''];
          const stands = await world.port.relation(world.repository, a, b, { deepenStep: 1 + next(6) });
          const counts = (await world.git(['rev-list', '--left-right', '--count', `${a}...${b}`]))
            .split('\t')
            .map(Number);
          assert.ok(stands.relation !== 'unknown');
          assert.deepEqual([stands.ahead, stands.behind], counts, `seed ${seed}, ${a}...${b}`);
          assert.equal(stands.relation === 'same', a === b);
          assert.equal(stands.relation === 'diverged', counts[0] !== 0 && counts[1] !== 0);
        }
      }
    } finally {
      await world.close();
    }
  });

  it('asks for commits alone: no folder and no file is sent', async () => {
    const world = await makeGitWorld();
    try {
      const noise = Buffer.from(Array.from({ length: 60_000 }, (_, n) => (n * 7919) % 251)).toString('latin1');
      const commits = Array.from({ length: 40 }, (_, n) => ({
        parents: n === 0 ? [] : [n - 1],
        files: { [`${n}.bin`]: `${n}${noise}` },
      }));
      const ids = await world.commit(commits);
      let received = 0;
      const http = fetchHttp();
      const port = gitRepositories({
        http: {
          async request(url, request) {
            const answer = await http.request(url, request);
            received += answer.body.length;
            return answer;
          },
        },
      });
      const read = await port.history(world.repository, ids[39] ?? '');
      assert.equal(read.commits.length, 40);
      assert.ok(received < 10_000, `${received} bytes`);
    } finally {
      await world.close();
    }
  });

  it('says shallow where the server itself holds only the end of the history', async () => {
    const world = await makeGitWorld();
    try {
      const ids = await world.commit(
        Array.from({ length: 30 }, (_, n) => ({
          parents: n === 0 ? [] : [n - 1],
          message: `${n}`,
          at: `2026-01-01T00:00:${n + 10}Z`,
        })),
      );
      await world.setRef('refs/heads/main', ids[29] ?? null);
      const copy = `${world.folder}/../copy.git`;
      await gitIn(world.folder)(['clone', '--quiet', '--bare', '--depth=10', `file://${world.folder}`, copy]);
      const repository = { name: 'copy', url: world.server.url('copy.git') };
      const read = await world.port.history(repository, ids[29] ?? '', { until: [ids[3] ?? ''], deepenStep: 4 });
      assert.ok(!read.found);
      assert.equal(read.cap, 'shallow');
      assert.equal(read.commits.length, 10);
      const relation = await world.port.relation(repository, ids[29] ?? '', ids[20] ?? '', { deepenStep: 4 });
      assert.deepEqual(relation, { relation: 'ahead', ahead: 9, behind: 0 });
    } finally {
      await world.close();
    }
  });

  it('says time when the clock ran out between two steps', async () => {
    const world = await makeGitWorld();
    try {
      const ids = await world.commit(Array.from({ length: 30 }, (_, n) => ({ parents: n === 0 ? [] : [n - 1] })));
      let clock = 0;
      const http = fetchHttp();
      const port = gitRepositories({
        monotonicMs: () => clock,
        http: {
          request: (url, request) => {
            clock += 400;
            return http.request(url, { ...request, timeoutMs: 10_000 });
          },
        },
      });
      const read = await port.history(world.repository, ids[29] ?? '', {
        until: [ids[0] ?? ''],
        deepenStep: 2,
        maxMs: 1_000,
      });
      assert.ok(!read.found);
      assert.equal(read.cap, 'time');
      assert.equal(read.commits.length, 4);
    } finally {
      await world.close();
    }
  });
});
