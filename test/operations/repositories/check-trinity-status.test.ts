import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { checkTrinityStatus } from '../../../shared/operations/repositories/check-trinity-status.ts';
import type { RepositoriesPort } from '../../../shared/ports/repositories.ts';
import type { ContextOptions } from '../../support/operation-context.ts';
import { judged, makeWorld, RELEASE, said, type World, type WorldOptions } from './support.ts';

describe('check-trinity-status', () => {
  let world: World;
  afterEach(() => world.close());

  const make = async (keys = '', more: Partial<WorldOptions> = {}) => {
    world = await makeWorld({ names: ['alpha'], keys: keys === '' ? {} : { alpha: keys }, ...more });
  };
  const run = (options: ContextOptions = {}) =>
    checkTrinityStatus.run(world.context({ phase: 't-90-prep', dueAt: '2026-11-24T10:30:00.000Z', ...options }));
  const released = (commit: string | null) => ({ lastKnownGood: { commits: { alpha: commit } } });
  /** The port with methods of a host, or other methods, in place of those of plain git. */
  const withPort = (part: Partial<RepositoriesPort>) => {
    world.ports.repositories = { ...world.repositories, ...part };
  };

  it('tells head, tree, release ref, relation and the last commit of a person, each with a receipt', async () => {
    await make('max_age_h: 72, ignore_commit_patterns: ["^auto-save:"]');
    const first = await world.commit('alpha', { at: '2026-11-24T06:00:00Z', files: { 'a.txt': 'a' } });
    await world.setRef('alpha', RELEASE, first);
    const head = await world.commit('alpha', { at: '2026-11-24T09:00:00Z', message: 'auto-save: 9' });
    const outcome = await run(released(first));
    assert.deepEqual(judged(outcome), []);
    const tree = await world.git('alpha', ['rev-parse', `${head}^{tree}`]);
    assert.deepEqual(outcome.output, {
      repositories: {
        alpha: { head, tree, releaseRef: first, relation: 'ahead', lastHumanCommitAt: '2026-11-24T06:00:00.000Z' },
      },
    });
    assert.equal(outcome.evidence.length, 4);
  });

  it('fails for a repository that is not there, and for one without its default branch', async () => {
    await make();
    assert.deepEqual(judged(await run(released(null))), [
      'fails no-release-ref repositories/alpha (soft)',
      'fails no-default-branch repositories/alpha',
    ]);
    withPort({
      listRefs: () => Promise.reject(new PortError('repositories', 'not-found', 'alpha: no such repository')),
    });
    assert.deepEqual(judged(await run()), ['fails missing repositories/alpha']);
  });

  it('names a refused credential and never takes it for a missing repository', async () => {
    await make('', { server: { token: 'a-token-that-is-not-sent' } });
    assert.deepEqual(judged(await run()), ['unknown credential-refused repositories/alpha']);
  });

  it('degrades for a repository that is not required', async () => {
    await make('required: false');
    withPort({ listRefs: () => Promise.reject(new PortError('repositories', 'unavailable', 'alpha: no answer')) });
    assert.deepEqual(judged(await run()), ['unknown unreachable repositories/alpha (soft)']);
  });

  describe('the age of work', () => {
    it('counts no commit of a machine, and fails when only those are new', async () => {
      await make('max_age_h: 72, ignore_commit_patterns: ["^auto-save:"]');
      await world.commit('alpha', { at: '2026-11-20T06:00:00Z' });
      await world.commit('alpha', { at: '2026-11-24T09:00:00Z', message: 'auto-save: 9' });
      assert.ok(judged(await run()).includes('fails no-recent-work repositories/alpha'));
    });

    it('fails when there is no commit of a person at all', async () => {
      await make('max_age_h: 72, ignore_commit_patterns: ["."]');
      await world.commit('alpha');
      assert.ok(judged(await run()).includes('fails no-human-commit repositories/alpha'));
    });

    it('is not proven by a commit of the future', async () => {
      await make('max_age_h: 72');
      await world.commit('alpha', { at: '2026-11-24T10:31:00Z' });
      assert.ok(judged(await run()).includes('unknown future-commit repositories/alpha'));
    });

    it('cannot be told when a limit on the history is reached first', async () => {
      await make('max_age_h: 72');
      await world.commit('alpha');
      withPort({ lastCommit: () => Promise.resolve({ found: false, cap: 'commits' }) });
      assert.ok(judged(await run()).includes('unknown no-human-commit repositories/alpha'));
    });
  });

  describe('the release ref', () => {
    it('may be absent until something was released, and not after', async () => {
      await make();
      const head = await world.commit('alpha');
      assert.deepEqual(judged(await run()), ['fails no-release-ref repositories/alpha (soft)']);
      assert.deepEqual(judged(await run(released(head))), ['fails release-ref-gone repositories/alpha']);
    });

    it('degrades when somebody moved it since the last good noon', async () => {
      await make();
      const first = await world.commit('alpha');
      const head = await world.commit('alpha', { message: 'more' });
      await world.setRef('alpha', RELEASE, head);
      assert.deepEqual(judged(await run(released(first))), ['fails release-ref-moved repositories/alpha (soft)']);
    });

    for (const [keys, expected] of [
      ['max_behind: 0', ['fails behind-release repositories/alpha']],
      ['max_behind: 1', []],
    ] as const) {
      it(`with ${keys}, one commit that the branch lacks ${expected.length > 0 ? 'fails' : 'is noted'}`, async () => {
        await make(keys);
        const first = await world.commit('alpha');
        const aside = await world.commit('alpha', { parent: first, ref: RELEASE, message: 'aside' });
        await world.commit('alpha', { message: 'more' });
        const outcome = await run(released(aside));
        assert.deepEqual(judged(outcome), [...expected]);
        assert.ok(said(outcome).some((line) => line.includes('behind-release')));
      });
    }

    it('cannot be judged when the history is too long', async () => {
      await make();
      const head = await world.commit('alpha');
      await world.setRef('alpha', RELEASE, head);
      withPort({ relation: () => Promise.resolve({ relation: 'unknown', cap: 'bytes' }) });
      assert.deepEqual(judged(await run(released(head))), ['unknown history-too-long repositories/alpha']);
    });
  });

  describe('the set', () => {
    const trinity = async (value: string | undefined) => {
      await make('', { names: ['alpha', 'beta'] });
      await world.commit('alpha');
      await world.commit('beta');
      const outcome = await run({ environment: { SOVEREIGN_TRINITY: value } });
      return { ...outcome, findings: outcome.findings.filter(({ subject }) => subject === 'SOVEREIGN_TRINITY') };
    };

    it('equals the configured one in any order', async () => {
      assert.deepEqual(said(await trinity(' beta,alpha ')), []);
    });

    for (const value of ['alpha', 'alpha,beta,gamma', 'alpha,beta,beta', '', 'alpha,Beta']) {
      it(`fails for ${JSON.stringify(value)}`, async () => {
        assert.deepEqual(said(await trinity(value)), ['fails other-set SOVEREIGN_TRINITY']);
      });
    }

    it('is only noted when the variable is not set', async () => {
      assert.deepEqual(said(await trinity(undefined)), ['noted not-set SOVEREIGN_TRINITY']);
    });
  });

  describe('what only the host knows', () => {
    const checks = async (keys: string, part: Partial<RepositoriesPort>) => {
      await make(keys);
      const head = await world.commit('alpha');
      await world.setRef('alpha', RELEASE, head);
      withPort(part);
      return run(released(head));
    };

    it('is noted over plain git, and unknown when checks are configured that nobody can read', async () => {
      assert.deepEqual(said(await checks('', {})), [
        'noted not-set SOVEREIGN_TRINITY',
        'noted archived-not-told repositories/alpha',
        'noted no-required-checks repositories/alpha',
      ]);
      await world.close();
      assert.deepEqual(judged(await checks('required_checks: [build]', {})), [
        'unknown checks-not-told repositories/alpha',
      ]);
    });

    it('judges each required check: red fails; pending, or never reported, cannot tell', async () => {
      const requiredChecks = () =>
        Promise.resolve([
          { name: 'build', state: 'green' as const },
          { name: 'lint', state: 'red' as const },
          { name: 'proof', state: 'pending' as const },
        ]);
      const outcome = await checks('required_checks: [build, lint, proof, scan]', { requiredChecks });
      assert.deepEqual(judged(outcome), [
        'fails check-red repositories/alpha/lint',
        'unknown check-pending repositories/alpha/proof',
        'unknown check-missing repositories/alpha/scan',
      ]);
    });

    it('fails for an archived repository, and cannot tell when the host refuses to say', async () => {
      const hostFacts = () => Promise.resolve({ archived: true });
      assert.deepEqual(judged(await checks('', { hostFacts })), ['fails archived repositories/alpha']);
      await world.close();
      const refused = () => Promise.reject(new PortError('repositories', 'permission-denied', 'not allowed'));
      assert.deepEqual(judged(await checks('', { hostFacts: refused })), [
        'unknown permission-denied repositories/alpha',
      ]);
    });
  });

  it("lets an error that is not the world's through", async () => {
    await make();
    withPort({ listRefs: () => Promise.reject(new TypeError('a mistake')) });
    await assert.rejects(run(), TypeError);
  });
});
