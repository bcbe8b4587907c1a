import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  proveOwnWriting,
  proveRepositoryRollback,
} from '../../../shared/operations/repositories/prove-repository-rollback.ts';
import type { RefRules, RepositoriesPort } from '../../../shared/ports/repositories.ts';
import { COPY, makeWorld, RELEASE, said, type World, type WorldOptions } from './support.ts';

describe('proving that repositories could be rolled back', () => {
  let world: World;
  afterEach(() => world.close());

  const make = async (options: WorldOptions = {}) => {
    world = await makeWorld({ names: ['alpha'], ...options });
  };
  const prove = (good: string | null = null) =>
    proveRepositoryRollback(world.context({ lastKnownGood: { commits: { alpha: good } } }));

  it('has receipts for the right to write and for the commit to return to', async () => {
    await make();
    const good = await world.commit('alpha');
    const proof = await prove(good);
    assert.deepEqual(said(proof), []);
    assert.deepEqual(
      proof.evidence.map(({ subject }) => subject),
      ['repositories/alpha/write', `repositories/alpha/${good}`],
    );
  });

  it('fails when the last known good commit is gone', async () => {
    await make();
    await world.commit('alpha');
    const gone = 'd'.repeat(40);
    assert.deepEqual(said(await prove(gone)), [`fails commit-gone repositories/alpha/${gone}`]);
  });

  it('fails for a server without atomic pushes; only degrades where the repository is optional', async () => {
    const server = { config: { 'receive.advertiseAtomic': 'false' } };
    await make({ server });
    assert.deepEqual(said(await prove()), ['fails no-atomic repositories/alpha/write']);
    await world.close();
    await make({ server, keys: { alpha: 'required: false' } });
    assert.deepEqual(said(await prove()), ['fails no-atomic repositories/alpha/write (soft)']);
  });

  it('names the credential that may not write, which reading does not show', async () => {
    await make({ server: { config: { 'http.receivepack': 'false' } } });
    assert.deepEqual(said(await prove()), ['unknown permission-denied repositories/alpha/write']);
  });

  it('reads the rules of the host where there are any, and names what they forbid', async () => {
    await make();
    const free: RefRules = { create: true, fastForward: true, putBack: true, delete: true };
    const refRules: RepositoriesPort['refRules'] = async (_, ref) =>
      ref === RELEASE ? { ...free, putBack: false } : ref.startsWith('refs/tags/') ? { ...free, delete: false } : free;
    world.ports.repositories = { ...world.repositories, refRules };
    const proof = await prove();
    assert.deepEqual(said(proof), [
      `fails rules-forbid repositories/alpha/${RELEASE}`,
      'fails rules-forbid repositories/alpha/refs/tags/high-noon/2026-11-24',
    ]);
    assert.ok(proof.evidence.some(({ subject }) => subject === `repositories/alpha/${COPY}`));
  });

  it("leaves a credential that is noon's alone to noon, which asks what a writer sees", async () => {
    await make({
      keys: { alpha: 'write_token: "secret://writes"' },
      server: { config: { 'http.receivepack': 'false' } },
    });
    assert.deepEqual(said(await prove()), ['noted proven-at-noon repositories/alpha/write']);
    const own = await proveOwnWriting(world.context({}));
    assert.deepEqual(said(own), ['unknown permission-denied repositories/alpha/write']);
    await world.close();
    await make({ keys: { alpha: 'write_token: "secret://writes"' } });
    const good = await proveOwnWriting(world.context({}));
    assert.deepEqual(said(good), []);
    assert.deepEqual(
      good.evidence.map(({ subject }) => subject),
      ['repositories/alpha/write'],
    );
  });

  it("asks a writer's view of no repository whose one token T-90 has tried", async () => {
    await make();
    assert.deepEqual(await proveOwnWriting(world.context({})), { findings: [], evidence: [] });
  });
});
