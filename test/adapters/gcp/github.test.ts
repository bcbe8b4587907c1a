import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { withGithub } from '../../../shared/adapters/gcp/github.ts';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import { createHttpClient } from '../../../shared/adapters/http/client.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type { RepositoriesPort, Repository } from '../../../shared/ports/repositories.ts';
import { type GithubStandIn, startGithub } from '../../standins/github.ts';
import { HttpFault } from '../../standins/http-server.ts';

const SHA = 'a'.repeat(40);
const repository: Repository = { name: 'SoT', url: 'https://github.com/RND/SoT', token: async () => 'the-token' };
const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));
const run = (name: string, conclusion: string | null, app = 1) => ({
  name,
  status: conclusion === null ? 'in_progress' : 'completed',
  conclusion,
  app: { id: app },
});

describe('what GitHub knows of a repository', () => {
  let standIn: GithubStandIn;
  let port: RepositoriesPort;
  beforeEach(async () => {
    standIn = await startGithub('RND/SoT');
    const http = createHttpClient({ allowLoopbackHttp: true });
    port = withGithub({ git: gitRepositories(), http, endpoint: standIn.endpoint, urls: [repository.url] });
  });
  afterEach(() => standIn.close());
  const answer = (path: string, value: unknown) => standIn.answers.set(path, value);
  const checks = (names: readonly string[]) => port.requiredChecks?.(repository, SHA, { branch: 'main', names });
  const rules = (ref: string) => port.refRules?.(repository, ref);

  it('leaves git alone where no repository is on GitHub', () => {
    const git = gitRepositories();
    const http = createHttpClient({ allowLoopbackHttp: false });
    assert.equal(withGithub({ git, http, urls: ['https://git.example/a/b'] }), git);
  });

  it('tells whether it is archived and may be written, with the token of the repository', async () => {
    answer('', { archived: true, permissions: { push: false } });
    assert.deepEqual(await port.hostFacts?.(repository), { archived: true, mayPush: false });
    assert.deepEqual(standIn.tokens, ['Bearer the-token']);
  });

  it('gives the state of named checks, the worst of those that share a name, and which never reported', async () => {
    answer(`/commits/${SHA}/check-runs`, {
      check_runs: [
        run('build', 'success'),
        run('lint', 'skipped'),
        run('test', 'success', 1),
        run('test', 'failure', 2),
        run('slow', null),
      ],
    });
    answer(`/commits/${SHA}/status`, {
      statuses: [
        { context: 'legacy', state: 'success' },
        { context: 'old', state: 'error' },
        { context: 'build', state: 'pending' },
      ],
    });
    assert.deepEqual(await checks(['build', 'lint', 'test', 'slow', 'legacy', 'old', 'none']), [
      { name: 'build', state: 'pending' },
      { name: 'lint', state: 'green' },
      { name: 'test', state: 'red' },
      { name: 'slow', state: 'pending' },
      { name: 'legacy', state: 'green' },
      { name: 'old', state: 'red' },
      { name: 'none', state: 'missing' },
    ]);
  });

  it('finds a check on the second page', async () => {
    const many = Array.from({ length: 100 }, (_, index) => run(`c${index}`, 'success'));
    answer(`/commits/${SHA}/check-runs`, { check_runs: [...many, run('last', 'failure')] });
    answer(`/commits/${SHA}/status`, { statuses: [] });
    assert.deepEqual(await checks(['last']), [{ name: 'last', state: 'red' }]);
  });

  it('asks the branch what it requires when no check is named, and counts only the app that is meant', async () => {
    answer('/branches/main', {
      protected: true,
      protection: {
        enabled: true,
        required_status_checks: { contexts: ['build'], checks: [{ context: 'build', app_id: 7 }] },
      },
    });
    answer('/rules/branches/main', [
      { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'scan' }] }, ruleset_id: 1 },
      { type: 'deletion', ruleset_id: 1 },
    ]);
    answer(`/commits/${SHA}/check-runs`, { check_runs: [run('build', 'success', 8), run('scan', 'success')] });
    answer(`/commits/${SHA}/status`, { statuses: [] });
    assert.deepEqual(await checks([]), [
      { name: 'build', state: 'missing' },
      { name: 'scan', state: 'green' },
    ]);
    answer('/branches/main', { protected: false });
    answer('/rules/branches/main', []);
    assert.deepEqual(await checks([]), []);
  });

  it('reads what rule sets forbid on a branch that does not exist yet, but not those it may bypass', async () => {
    answer('/rules/branches/high-noon/release', [
      { type: 'non_fast_forward', ruleset_id: 1 },
      { type: 'deletion', ruleset_id: 2 },
    ]);
    answer('/rulesets/1', { id: 1, enforcement: 'active', current_user_can_bypass: 'never', rules: [] });
    answer('/rulesets/2', { id: 2, enforcement: 'active', current_user_can_bypass: 'always', rules: [] });
    const expected = { create: true, fastForward: true, putBack: false, delete: true };
    assert.deepEqual(await rules('refs/heads/high-noon/release'), expected);
  });

  it('reads classic protection of a branch that exists, and says when it may not', async () => {
    answer('/rules/branches/main', []);
    answer('/branches/main', { protected: true, protection: { enabled: true } });
    answer('/branches/main/protection', { allow_force_pushes: { enabled: false }, allow_deletions: { enabled: true } });
    assert.deepEqual(await rules('refs/heads/main'), { create: true, fastForward: true, putBack: false, delete: true });
    const headers = { 'x-accepted-github-permissions': 'administration=read' };
    answer('/branches/main/protection', new HttpFault(403, 'forbidden', 'Resource not accessible', headers));
    await assert.rejects(async () => rules('refs/heads/main'), failsWith('permission-denied', /administration=read/));
    answer('/branches/main/protection', { required_pull_request_reviews: {}, restrictions: null });
    assert.deepEqual(await rules('refs/heads/main'), {
      create: true,
      fastForward: false,
      putBack: false,
      delete: false,
    });
  });

  it('matches rule sets of tags by their patterns', async () => {
    answer('/rulesets', [
      { id: 1, target: 'tag', enforcement: 'active' },
      { id: 2, target: 'tag', enforcement: 'evaluate' },
      { id: 3, target: 'branch', enforcement: 'active' },
    ]);
    const ruleset = (include: string[], exclude: string[] = []) => ({
      id: 1,
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include, exclude } },
      rules: [{ type: 'creation' }, { type: 'deletion' }],
    });
    const forbidden = { create: false, fastForward: true, putBack: true, delete: false };
    const free = { create: true, fastForward: true, putBack: true, delete: true };
    answer('/rulesets/1', ruleset(['refs/tags/high-noon/*']));
    assert.deepEqual(await rules('refs/tags/high-noon/2026-11-24'), forbidden);
    assert.deepEqual(await rules('refs/tags/v1'), free);
    answer('/rulesets/1', ruleset(['~ALL'], ['refs/tags/high-noon/*']));
    assert.deepEqual(await rules('refs/tags/high-noon/2026-11-24'), free);
    assert.deepEqual(await rules('refs/tags/v1'), forbidden);
    answer('/rulesets/1', { ...ruleset(['~ALL']), current_user_can_bypass: 'always' });
    assert.deepEqual(await rules('refs/tags/v1'), free);
    answer('/rulesets/1', { ...ruleset(['~ALL']), current_user_can_bypass: 'pull_requests_only' });
    assert.deepEqual(await rules('refs/tags/v1'), forbidden);
  });

  for (const [status, headers, code] of [
    [401, {}, 'unauthenticated'],
    [403, {}, 'permission-denied'],
    [403, { 'x-ratelimit-remaining': '0' }, 'resource-exhausted'],
    [403, { 'retry-after': '60' }, 'resource-exhausted'],
    [429, {}, 'resource-exhausted'],
    [404, {}, 'not-found'],
    [301, { location: '/elsewhere' }, 'not-found'],
    [500, {}, 'unavailable'],
    [503, {}, 'unavailable'],
  ] as const)
    it(`takes ${status} with ${JSON.stringify(headers)} as ${code}`, async () => {
      answer('', new HttpFault(status, 'told', 'told', headers));
      await assert.rejects(async () => port.hostFacts?.(repository), failsWith(code));
      assert.equal(standIn.faults.calls.length, 1);
    });

  it('takes an answer of another shape as no answer, and another host as one that cannot tell', async () => {
    answer('', { name: 'SoT' });
    await assert.rejects(async () => port.hostFacts?.(repository), failsWith('internal', /archived/));
    const other = { ...repository, url: 'https://git.example/a/b' };
    await assert.rejects(async () => port.hostFacts?.(other), failsWith('unsupported'));
  });
});
