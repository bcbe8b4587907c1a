import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { movedBindings } from '../../../shared/domain/ticket.ts';
import { observeRepositories } from '../../../shared/operations/repositories/observe-repositories.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import { store } from '../context/support.ts';
import { makeWorld, RELEASE, said, type World } from './support.ts';

describe('observing the repositories for the ticket', () => {
  let world: World;
  let first: string;
  let head: string;
  beforeEach(async () => {
    world = await makeWorld({ names: ['alpha', 'beta'], keys: { beta: 'required: false' } });
    first = await world.commit('alpha', { message: 'first' });
    head = await world.commit('alpha', { message: 'second' });
    await world.setRef('alpha', RELEASE, first);
    await world.commit('beta');
  });
  afterEach(() => world.close());

  const look = (ticketed?: Parameters<typeof movedBindings>[0]) => observeRepositories(world.context(), { ticketed });
  const moved = async (ticketed: Parameters<typeof movedBindings>[0]) => {
    const observed = await look(ticketed);
    return { moved: movedBindings(ticketed, observed.bindings).map(({ name }) => name), said: said(observed) };
  };
  const withPort = (part: Partial<RepositoriesPort>) => {
    world.ports.repositories = { ...world.repositories, ...part };
  };

  it('binds commit and release ref of each, and the manifest, with a receipt for each', async () => {
    const { digest } = await store(world, 'anything');
    const observed = await look();
    assert.deepEqual(observed.bindings, {
      'repositories/alpha/commit': head,
      'repositories/alpha/release-ref': first,
      'repositories/beta/commit': await world.ref('beta', 'refs/heads/main'),
      'repositories/beta/release-ref': null,
      'context/manifest': digest,
    });
    assert.deepEqual(observed.findings, []);
    assert.equal(observed.evidence.length, 3);
  });

  it('says at T-30 what noon could not release', async () => {
    await world.commit('alpha', { parent: first, ref: RELEASE, message: 'aside' });
    await world.setRef('beta', 'refs/heads/main', null);
    assert.deepEqual(said(await look()), [
      'fails not-a-fast-forward repositories/alpha',
      'fails no-default-branch repositories/beta (soft)',
    ]);
    withPort({ relation: () => Promise.resolve({ relation: 'unknown', cap: 'time' }) });
    assert.equal(said(await look())[0], 'unknown history-too-long repositories/alpha');
  });

  it('keeps the ticketed commit when there is a newer one, and reports the newer', async () => {
    const ticketed = (await look()).bindings;
    const newer = await world.commit('alpha', { message: 'third' });
    const again = await look(ticketed);
    assert.equal(again.bindings['repositories/alpha/commit'], head);
    assert.deepEqual(said(again), ['noted newer-commit repositories/alpha']);
    assert.deepEqual(again.findings[0]?.facts, { ticketed: head, head: newer, count: 1 });
    assert.deepEqual((await moved(ticketed)).moved, []);
  });

  it('names rewritten history, also when the ticketed commit is gone from the server', async () => {
    const ticketed = (await look()).bindings;
    await world.commit('alpha', { parent: first, message: 'instead' });
    assert.deepEqual(await moved(ticketed), { moved: ['repositories/alpha/commit'], said: [] });
    await world.git('alpha', ['reflog', 'expire', '--expire=now', '--all']);
    await world.git('alpha', ['gc', '--quiet', '--prune=now']);
    await assert.rejects(world.git('alpha', ['cat-file', '-e', head]));
    assert.deepEqual(await moved(ticketed), { moved: ['repositories/alpha/commit'], said: [] });
  });

  it('names a branch that went back or away, a moved release ref and a changed manifest', async () => {
    await store(world, 'before');
    const ticketed = (await look()).bindings;
    await world.setRef('alpha', 'refs/heads/main', first);
    assert.deepEqual((await moved(ticketed)).moved, ['repositories/alpha/commit']);
    await world.setRef('alpha', 'refs/heads/main', null);
    await world.setRef('alpha', RELEASE, head);
    await store(world, 'after');
    assert.deepEqual((await moved(ticketed)).moved, [
      'context/manifest',
      'repositories/alpha/commit',
      'repositories/alpha/release-ref',
    ]);
  });

  it('cannot tell when a limit on the history is reached, and does not call that moved', async () => {
    const ticketed = (await look()).bindings;
    await world.commit('alpha', { message: 'third' });
    withPort({ history: () => Promise.resolve({ found: false, cap: 'commits', commits: [] }) });
    assert.deepEqual(await moved(ticketed), { moved: [], said: ['unknown history-too-long repositories/alpha'] });
  });

  it('cannot tell when a repository or the manifest cannot be read, and does not call that moved', async () => {
    await store(world, 'a manifest');
    const ticketed = (await look()).bindings;
    const listRefs: RepositoriesPort['listRefs'] = (repository, options) =>
      repository.name === 'alpha'
        ? Promise.reject(new PortError('repositories', 'unauthenticated', 'alpha: the token was not accepted'))
        : world.repositories.listRefs(repository, options);
    withPort({ listRefs });
    const stat = () => Promise.reject(new PortError('objects', 'unavailable', 'no answer'));
    world.ports.objects = Object.assign(Object.create(world.objects), { stat });
    assert.deepEqual(await moved(ticketed), {
      moved: [],
      said: ['unknown credential-refused repositories/alpha', 'unknown unreachable context/manifest'],
    });
  });

  it('leaves an optional repository out of a noon whose T-30 could not read it', async () => {
    const { bindings } = await look();
    const ticketed = { ...bindings, 'repositories/beta/commit': null, 'repositories/beta/release-ref': null };
    assert.deepEqual(await moved(ticketed), { moved: [], said: [] });
  });
});
