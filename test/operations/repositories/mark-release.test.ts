import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { EffectError } from '../../../shared/domain/operation.ts';
import { markRelease } from '../../../shared/operations/repositories/mark-release.ts';
import { undoAll } from '../../support/operation-context.ts';
import { makeWorld, said, type World } from './support.ts';

const TAG = 'refs/tags/high-noon/2026-11-24';

describe('mark-release', () => {
  let world: World;
  let bindings: Record<string, string | null>;
  beforeEach(async () => {
    world = await makeWorld();
    bindings = {
      'repositories/alpha/commit': await world.commit('alpha'),
      'repositories/beta/commit': await world.commit('beta'),
    };
    await world.commit('alpha', { message: 'newer than the ticket' });
  });
  afterEach(() => world.close());

  it('puts an annotated tag of the day on each ticketed commit, and takes it away again', async () => {
    const before = await world.refs();
    const context = world.context({ bindings });
    const outcome = await markRelease.run(context);
    assert.deepEqual(said(outcome), []);
    assert.equal(outcome.evidence.length, 2);
    assert.equal(await world.git('alpha', ['cat-file', '-t', TAG]), 'tag');
    assert.equal(await world.git('alpha', ['rev-parse', `${TAG}^{commit}`]), bindings['repositories/alpha/commit']);
    assert.match(
      await world.git('alpha', ['cat-file', 'tag', TAG]),
      /tagger High Noon <high-noon@livhana-fixture.invalid>/,
    );
    await undoAll(markRelease, context);
    assert.deepEqual(await world.refs(), before);
  });

  it('finds its own tag after a crash and makes no other', async () => {
    const context = world.context({ bindings });
    await markRelease.run(context);
    const tag = await world.ref('alpha', TAG);
    const calls: string[] = [];
    const around = async (effect: { target: string }, call: () => Promise<void>) => {
      calls.push(effect.target);
      await call();
    };
    await markRelease.run(world.context({ bindings, around }));
    assert.deepEqual(calls, []);
    assert.equal(await world.ref('alpha', TAG), tag);
  });

  it('says in a dry-run that the tag of the day stands already, where it does', async () => {
    const look = async () => {
      const context = world.context({ bindings, mode: 'dry-run' });
      await markRelease.run(context);
      return context.wouldDo.map(({ state, detail }) => `${state}: ${detail.replace(/[0-9a-f]{40}/g, 'ID')}`);
    };
    assert.deepEqual(await look(), [`pinned: create ${TAG} at ID`, `pinned: create ${TAG} at ID`]);
    await markRelease.run(world.context({ bindings }));
    await world.git('beta', ['update-ref', TAG, await world.commit('beta', { message: 'another' })]);
    const [alpha, beta] = await look();
    assert.equal(alpha, `applied: create ${TAG} at ID`);
    assert.equal(beta, `other: ${TAG} stands on ID already, not on ID: a real run would leave it and fail`);
  });

  it("neither moves nor removes somebody else's tag of the same name", async () => {
    await world.git('alpha', ['update-ref', TAG, `${bindings['repositories/alpha/commit']}`]);
    const foreign = await world.ref('alpha', TAG);
    const context = world.context({ bindings });
    await assert.rejects(
      markRelease.run(context),
      (error) => error instanceof EffectError && error.fault === 'conflict',
    );
    assert.deepEqual(await undoAll(markRelease, context), [`repositories/alpha/${TAG}: other -> other`]);
    assert.equal(await world.ref('alpha', TAG), foreign);
  });

  it('marks nothing without a commit for each required repository', async () => {
    const context = world.context({ bindings: { ...bindings, 'repositories/beta/commit': null } });
    assert.deepEqual(said(await markRelease.run(context)), ['fails not-ticketed repositories/beta']);
    assert.deepEqual(context.applied, []);
  });
});
