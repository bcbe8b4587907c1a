import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import { type Proposal, proposalOf } from '../../../shared/domain/risk/access.ts';
import { reviewAccess } from '../../../shared/operations/risk/review-access.ts';
import type { Binding, ServiceAccountState } from '../../../shared/ports/access.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { createContext } from '../../support/operation-context.ts';
import { judged } from './judge.ts';
import { type PastOptions, storedPast } from './past-world.ts';

const SUNDAY = '2026-11-22T12:00:00.000Z';
const VIEWER: Binding = { role: 'roles/run.viewer', member: 'user:ana@livhana.example', condition: null };
const OWNER: Binding = { role: 'roles/owner', member: 'user:jesse@livhana.example', condition: null };
const ROBOT: ServiceAccountState = {
  email: 'run-api@livhana-fixture.iam.gserviceaccount.com',
  disabled: false,
  lastUsedAt: SUNDAY,
  keys: [],
};
const memory = (bindings: readonly Binding[], at = '2026-11-15T12:00:00.000Z') => ({
  '2026-11-15': {
    'review-access': {
      memory: { at, firstSeen: Object.fromEntries(bindings.map(({ role, member }) => [`${role}/${member}`, at])) },
    },
  },
});

interface World extends Partial<PastOptions> {
  readonly bindings?: readonly Binding[] | PortError;
  readonly accounts?: readonly ServiceAccountState[] | PortError;
}

function run(world: World = {}) {
  const give = async <T>(value: T | PortError): Promise<T> => {
    if (value instanceof PortError) throw value;
    return value;
  };
  const access = {
    bindings: async () => ({ etag: 'e1', bindings: await give(world.bindings ?? [VIEWER]) }),
    serviceAccounts: () => give(world.accounts ?? [ROBOT]),
  };
  const history = storedPast({ from: '2026-11-08', until: SUNDAY, reviews: memory([VIEWER]), ...world });
  const configuration = sampleConfiguration('weekly: {access: {approved_service_accounts: [run-api]}}');
  return judged(
    reviewAccess,
    createContext({ ports: { access, history }, phase: 'weekly-risk-review', dueAt: SUNDAY, configuration }),
  );
}
const proposalsOf = (output: unknown): readonly Proposal[] => (output as { proposals: Proposal[] }).proposals;

describe('review-access', () => {
  it('passes what is approved and unchanged', async () => {
    const { verdict, bad, output } = await run();
    assert.deepEqual(bad, []);
    assert.equal(verdict, 'passed');
    assert.deepEqual(proposalsOf(output), []);
  });

  it('fails a person who is owner, and proposes to take that away', async () => {
    const { verdict, find, output } = await run({ bindings: [VIEWER, OWNER] });
    assert.equal(verdict, 'failed');
    assert.equal(find('human-role').subject, 'bindings/roles/owner/user:jesse@livhana.example');
    assert.deepEqual(
      proposalsOf(output).map(({ change }) => change),
      [{ kind: 'remove-binding', binding: OWNER }],
    );
  });

  it('fails everybody on the internet, whatever the role', async () => {
    const everybody = { role: 'roles/run.viewer', member: 'allUsers', condition: null };
    const { find } = await run({ bindings: [VIEWER, everybody] });
    assert.equal(find('public-member').severity, 'critical');
    assert.equal(find('public-member').verdict, 'failed');
  });

  it('fails an account that nobody approved, and an old key', async () => {
    const stray = { ...ROBOT, email: 'stray@livhana-fixture.iam.gserviceaccount.com' };
    assert.equal((await run({ accounts: [ROBOT, stray] })).find('account-not-approved').verdict, 'failed');
    const keyed = { ...ROBOT, keys: [{ id: 'k1', createdAt: '2026-01-01T00:00:00.000Z', userManaged: true }] };
    const { find, output } = await run({ accounts: [keyed] });
    assert.equal(find('old-key').verdict, 'failed');
    assert.deepEqual(proposalsOf(output)[0]?.change, { kind: 'delete-key', email: ROBOT.email, keyId: 'k1' });
  });

  it('proposes to disable what nobody uses, and says when it cannot know', async () => {
    assert.equal(
      (await run({ accounts: [{ ...ROBOT, lastUsedAt: '2026-05-01T00:00:00.000Z' }] })).find('unused-account').verdict,
      'degraded',
    );
    assert.equal((await run({ accounts: [{ ...ROBOT, lastUsedAt: null }] })).find('use-unknown').state, 'unknown');
  });

  it('tells what changed since the last review, and warns of new power', async () => {
    const admin = { role: 'roles/storage.admin', member: 'user:kim@livhana.example', condition: null };
    const { find, verdict } = await run({ bindings: [VIEWER, admin] });
    assert.equal(verdict, 'degraded');
    assert.match(find('binding-added').message, /kim@livhana.example was given roles\/storage.admin since 2026-11-15/);
    const gone = await run({ bindings: [{ ...VIEWER, role: 'roles/logging.viewer' }] });
    assert.equal(gone.find('binding-removed').subject, 'bindings/roles/run.viewer/user:ana@livhana.example');
  });

  it('asks for a binding that nobody confirmed for ninety days, until a person keeps it', async () => {
    const reviews = memory([VIEWER], '2026-08-01T00:00:00.000Z');
    const { find } = await run({ reviews });
    const id = String(find('review-due').facts?.proposal);
    const acts = [{ kind: 'access-kept', subject: id, actor: 'sam', detail: {}, at: '2026-11-16T00:00:00.000Z' }];
    assert.deepEqual((await run({ reviews, acts })).bad, []);
  });

  it('verifies an approved removal, and fails one that was not carried out', async () => {
    const proposal = proposalOf({ kind: 'remove-binding', binding: OWNER }, 'owner');
    const acts = [
      {
        kind: 'access-approved',
        subject: proposal.id,
        actor: 'sam',
        detail: { proposal } as never,
        at: '2026-11-16T00:00:00.000Z',
      },
    ];
    assert.equal((await run({ acts })).find('approval-verified').verdict, 'passed');
    assert.equal((await run({ acts, bindings: [VIEWER, OWNER] })).find('approval-not-carried-out').verdict, 'failed');
  });

  it('cannot tell without the permission, and names what is missing', async () => {
    const denied = new PortError('access', 'permission-denied', 'resourcemanager.projects.getIamPolicy is missing');
    const { verdict, find } = await run({ bindings: denied });
    assert.equal(verdict, 'inconclusive');
    assert.match(find('permission-denied').message, /getIamPolicy/);
    assert.equal((await run({ accounts: denied })).verdict, 'inconclusive');
  });

  it('cannot tell from a policy without any binding', async () => {
    assert.equal((await run({ bindings: [] })).find('empty-policy').verdict, 'inconclusive');
  });
});
