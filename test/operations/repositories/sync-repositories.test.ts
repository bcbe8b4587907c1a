import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { EffectError } from '../../../shared/domain/operation.ts';
import { syncRepositories } from '../../../shared/operations/repositories/sync-repositories.ts';
import { undoAll } from '../../support/operation-context.ts';
import { FENCE, makeWorld, RELEASE, said, type World } from './support.ts';

describe('sync-repositories', () => {
  let world: World;
  beforeEach(async () => {
    world = await makeWorld({ keys: { beta: 'required: false' } });
  });
  afterEach(() => world.close());

  const bind = (alpha: [string | null, string | null], beta: [string | null, string | null]) => ({
    'repositories/alpha/commit': alpha[0],
    'repositories/alpha/release-ref': alpha[1],
    'repositories/beta/commit': beta[0],
    'repositories/beta/release-ref': beta[1],
  });

  async function twoCommits(name: string): Promise<[string, string]> {
    return [await world.commit(name), await world.commit(name, { message: 'more' })];
  }

  it('moves each release ref to the ticketed commit, creates the absent one, and is put back exactly', async () => {
    const [old, next] = await twoCommits('alpha');
    const first = await world.commit('beta');
    await world.setRef('alpha', RELEASE, old);
    const before = await world.refs();
    const context = world.context({ bindings: bind([next, old], [first, null]) });
    const outcome = await syncRepositories.run(context);
    assert.deepEqual(said(outcome), []);
    assert.equal(outcome.evidence.length, 2);
    assert.equal(await world.ref('alpha', RELEASE), next);
    assert.equal(await world.ref('beta', RELEASE), first);
    assert.deepEqual(outcome.output, {
      repositories: { alpha: { from: old, to: next }, beta: { from: null, to: first } },
    });
    assert.deepEqual(await undoAll(syncRepositories, context), [
      `repositories/beta/${RELEASE}: applied -> pinned`,
      `repositories/alpha/${RELEASE}: applied -> pinned`,
    ]);
    assert.deepEqual(await world.refs(), before);
  });

  it('releases the ticketed commit although the branch has a newer one', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    await syncRepositories.run(world.context({ bindings: bind([old, null], [only, null]) }));
    assert.equal(await world.ref('alpha', RELEASE), old);
    assert.equal(await world.ref('alpha', 'refs/heads/main'), next);
  });

  it('changes nothing at all when one required move would have to be forced', async () => {
    const [base] = await twoCommits('alpha');
    const aside = await world.commit('alpha', { parent: base, ref: RELEASE, message: 'aside' });
    const only = await world.commit('beta');
    const before = await world.refs();
    const head = await world.ref('alpha', 'refs/heads/main');
    const context = world.context({ bindings: bind([head, aside], [only, null]) });
    const outcome = await syncRepositories.run(context);
    assert.deepEqual(said(outcome), ['fails not-a-fast-forward repositories/alpha']);
    assert.deepEqual(context.applied, []);
    assert.deepEqual(await world.refs(), before);
  });

  it('leaves out an optional repository that the ticket does not bind, and never a required one', async () => {
    const only = await world.commit('alpha');
    const outcome = await syncRepositories.run(world.context({ bindings: bind([only, null], [null, null]) }));
    assert.deepEqual(said(outcome), ['fails not-ticketed repositories/beta (soft)']);
    assert.equal(await world.ref('alpha', RELEASE), only);
    const other = await world.commit('beta');
    const refused = await syncRepositories.run(world.context({ bindings: bind([null, null], [other, null]) }));
    assert.deepEqual(said(refused), ['fails not-ticketed repositories/alpha']);
    assert.equal(await world.ref('beta', RELEASE), null);
  });

  it('begins nothing without a ticket', async () => {
    await world.commit('alpha');
    const context = world.context();
    assert.deepEqual(said(await syncRepositories.run(context)), ['fails no-ticket ticket']);
    assert.deepEqual(context.applied, []);
  });

  it('tells a release ref that somebody moved meanwhile, and leaves it where it is', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    const other = await world.commit('alpha', { parent: old, ref: RELEASE, message: 'somebody else' });
    const context = world.context({ bindings: bind([next, old], [only, null]) });
    await assert.rejects(
      syncRepositories.run(context),
      (error) => error instanceof EffectError && error.fault === 'conflict',
    );
    assert.equal(await world.ref('alpha', RELEASE), other);
  });

  it('takes a push whose answer was lost for what it is', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    await world.setRef('alpha', RELEASE, old);
    const around = async (_: unknown, call: () => Promise<void>) => {
      await call();
      throw new PortError('repositories', 'unavailable', 'the answer was lost');
    };
    await syncRepositories.run(world.context({ bindings: bind([next, old], [only, null]), around }));
    assert.equal(await world.ref('alpha', RELEASE), next);
  });

  it('keeps a stalled push from landing after a rollback has put the old commit back', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    await world.setRef('alpha', RELEASE, old);
    const stalled: (() => Promise<void>)[] = [];
    const around = async (effect: { target: string }, call: () => Promise<void>) => {
      if (effect.target.startsWith('repositories/alpha/')) stalled.push(call);
      await call();
    };
    const context = world.context({ bindings: bind([next, old], [only, null]), around });
    await syncRepositories.run(context);
    const token = context.token;
    await undoAll(syncRepositories, context);
    assert.equal(context.token, token + 1);
    context.token = token;
    await assert.rejects(
      async () => stalled[0]?.(),
      (error) => error instanceof PortError && error.code === 'precondition-failed',
    );
    assert.equal(await world.ref('alpha', RELEASE), old);
  });

  it('fences off a push that never landed', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    await world.setRef('alpha', RELEASE, old);
    const around = () => Promise.reject(new PortError('repositories', 'unavailable', 'stalled on the way'));
    const context = world.context({ bindings: bind([next, old], [only, null]), around });
    await assert.rejects(syncRepositories.run(context), EffectError);
    assert.deepEqual(await undoAll(syncRepositories, context), [`repositories/alpha/${RELEASE}: pinned -> pinned`]);
    assert.notEqual(await world.ref('alpha', FENCE), null);
    const stale = context.applied.length;
    assert.equal(stale, 1);
    await assert.rejects(
      world.repositories.fencedPush(
        { name: 'alpha', url: world.configuration.repositories[0]?.url ?? '' },
        {
          claim: { token: context.token - 1, holder: context.runId },
          at: context.now(),
          updates: [{ ref: RELEASE, expectedOld: old, next }],
        },
      ),
      (error) => error instanceof PortError && error.code === 'precondition-failed',
    );
  });

  it('does not put back what somebody else has moved since', async () => {
    const [old, next] = await twoCommits('alpha');
    const only = await world.commit('beta');
    await world.setRef('alpha', RELEASE, old);
    const context = world.context({ bindings: bind([next, old], [only, null]) });
    await syncRepositories.run(context);
    const foreign = await world.commit('alpha', { parent: next, ref: RELEASE, message: 'hot fix' });
    const outcomes = await undoAll(syncRepositories, context);
    assert.ok(outcomes.includes(`repositories/alpha/${RELEASE}: other -> other`), outcomes.join());
    assert.equal(await world.ref('alpha', RELEASE), foreign);
  });

  it('plans a dry-run without a ticket from what is there, and writes nothing', async () => {
    await twoCommits('alpha');
    await world.commit('beta');
    const before = await world.refs();
    const context = world.context({ mode: 'dry-run' });
    const outcome = await syncRepositories.run(context);
    assert.deepEqual(said(outcome), []);
    assert.deepEqual(
      context.wouldDo.map(({ target, state }) => `${target} ${state}`),
      [`repositories/alpha/${RELEASE} pinned`, `repositories/beta/${RELEASE} pinned`],
    );
    assert.deepEqual(await world.refs(), before);
    assert.equal(await world.ref('alpha', FENCE), null);
  });
});
