import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudAccess } from '../../../shared/adapters/gcp/access.ts';
import { createCloudAccessChange } from '../../../shared/adapters/gcp/access-change.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type { AccessPort } from '../../../shared/ports/access.ts';
import { accessContract, CONDITION, KEY_AT, OFF, OLD } from '../../contracts/access.contract.ts';
import { type IamStandIn, type PolicyStandIn, startIam, startPolicies } from '../../standins/access.ts';

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));
accessContract('Resource Manager and IAM', async () => {
  const [policies, iam] = await Promise.all([startPolicies(), startIam()]);
  policies.bindings = [
    { role: 'roles/owner', members: ['user:a', 'user:b'] },
    { role: 'roles/owner', members: ['user:a'], condition: { expression: CONDITION } },
  ];
  iam.accounts.push({ email: OLD }, { email: OFF, disabled: true });
  const key = (id: string) => ({
    name: `projects/p1/serviceAccounts/${OLD}/keys/${id}`,
    validAfterTime: KEY_AT,
    keyType: 'USER_MANAGED',
  });
  iam.keys.set(OLD, [key('k1'), key('k2')]);
  const place = { projectId: 'p1', region: 'us-central1', endpoint: policies.endpoint, iamEndpoint: iam.endpoint };
  return {
    port: createCloudAccess(place),
    hands: createCloudAccessChange(place),
    close: async () => {
      await Promise.all([policies.close(), iam.close()]);
    },
  };
});

const email = (name: string) => `${name}@p1.iam.gserviceaccount.com`;

describe('who may do what in the project', () => {
  let policies: PolicyStandIn;
  let iam: IamStandIn;
  let port: AccessPort;
  beforeEach(async () => {
    [policies, iam] = await Promise.all([startPolicies(), startIam()]);
    const place = { projectId: 'p1', region: 'us-central1', endpoint: policies.endpoint };
    port = createCloudAccess({ ...place, iamEndpoint: iam.endpoint });
    iam.accounts.push({ email: email('a') }, { email: email('b'), disabled: true }, { email: email('c') });
  });
  afterEach(async () => {
    await policies.close();
    await iam.close();
  });

  it('lists one binding for each member, with its condition', async () => {
    policies.bindings = [
      { role: 'roles/owner', members: ['user:a@x.example', 'user:b@x.example'] },
      {
        role: 'roles/datastore.user',
        members: ['serviceAccount:c'],
        condition: { expression: 'resource.name == "d"' },
      },
    ];
    const { etag, bindings } = await port.bindings();
    assert.equal(Buffer.from(etag, 'base64').toString(), 'etag-1');
    assert.deepEqual(bindings, [
      { role: 'roles/owner', member: 'user:a@x.example', condition: null },
      { role: 'roles/owner', member: 'user:b@x.example', condition: null },
      { role: 'roles/datastore.user', member: 'serviceAccount:c', condition: 'resource.name == "d"' },
    ]);
  });

  it('lists service accounts over all pages, with their keys and when they were used last', async () => {
    const name = `projects/p1/serviceAccounts/${email('a')}/keys`;
    iam.keys.set(email('a'), [
      { name: `${name}/k1`, validAfterTime: '2026-01-02T03:04:05Z', keyType: 'USER_MANAGED' },
      { name: `${name}/k2`, validAfterTime: '2026-11-01T00:00:00Z', keyType: 'SYSTEM_MANAGED' },
    ]);
    iam.activities.push({
      fullResourceName: `//iam.googleapis.com/projects/p1/serviceAccounts/${email('c')}`,
      activity: { lastAuthenticatedTime: '2026-11-22T08:00:00Z' },
    });
    const accounts = await port.serviceAccounts();
    assert.deepEqual(accounts[0], {
      email: email('a'),
      disabled: false,
      lastUsedAt: null,
      keys: [
        { id: 'k1', createdAt: '2026-01-02T03:04:05.000Z', userManaged: true },
        { id: 'k2', createdAt: '2026-11-01T00:00:00.000Z', userManaged: false },
      ],
    });
    assert.deepEqual(
      accounts.slice(1).map(({ disabled, lastUsedAt }) => [disabled, lastUsedAt]),
      [
        [true, null],
        [false, '2026-11-22T08:00:00.000Z'],
      ],
    );
  });

  it('does not know last uses where it may not ask, and still lists accounts and keys', async () => {
    iam.faults.next('activities', { kind: 'before', code: 403 });
    assert.deepEqual(
      (await port.serviceAccounts()).map(({ lastUsedAt }) => lastUsedAt),
      [null, null, null],
    );
    iam.faults.next('activities', { kind: 'before', code: 503 });
    await assert.rejects(port.serviceAccounts(), failsWith('unavailable'));
  });

  it('names the missing permission, and a second page that fails is no short list', async () => {
    policies.faults.next('getIamPolicy', { kind: 'before', code: 7 });
    await assert.rejects(port.bindings(), failsWith('permission-denied', /resourcemanager\.projects\.getIamPolicy/));
    iam.faults.next('accounts', { kind: 'before', code: 403 });
    await assert.rejects(port.serviceAccounts(), failsWith('permission-denied', /iam\.serviceAccounts\.list/));
    iam.faults.next('accounts', { kind: 'stall', until: Promise.resolve() }, { kind: 'before', code: 503 });
    await assert.rejects(port.serviceAccounts(), failsWith('unavailable'));
    iam.faults.next('keys', { kind: 'before', code: 403 });
    await assert.rejects(port.serviceAccounts(), failsWith('permission-denied', /iam\.serviceAccountKeys\.list/));
  });
});
