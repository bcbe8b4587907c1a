import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudAccessChange } from '../../../shared/adapters/gcp/access-change.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { type IamStandIn, type PolicyStandIn, startIam, startPolicies } from '../../standins/access.ts';

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));
const EMAIL = 'old@p1.iam.gserviceaccount.com';
const owner = (member: string) => ({ role: 'roles/owner', member, condition: null });

describe("changes of access by an approver's own hands", () => {
  let policies: PolicyStandIn;
  let iam: IamStandIn;
  const hands = () =>
    createCloudAccessChange({
      projectId: 'p1',
      region: 'us-central1',
      endpoint: policies.endpoint,
      iamEndpoint: iam.endpoint,
    });
  const condition = { expression: 'request.time < timestamp("2027-01-01T00:00:00Z")' };

  beforeEach(async () => {
    [policies, iam] = await Promise.all([startPolicies(), startIam()]);
    policies.bindings = [
      { role: 'roles/owner', members: ['user:a@x.example', 'user:b@x.example'] },
      { role: 'roles/owner', members: ['user:a@x.example'], condition },
      { role: 'roles/run.viewer', members: ['user:a@x.example'] },
    ];
    iam.accounts.push({ email: EMAIL });
    iam.keys.set(EMAIL, [
      { name: `projects/p1/serviceAccounts/${EMAIL}/keys/k1`, validAfterTime: '', keyType: 'USER_MANAGED' },
      { name: `projects/p1/serviceAccounts/${EMAIL}/keys/k2`, validAfterTime: '', keyType: 'USER_MANAGED' },
    ]);
  });
  afterEach(async () => {
    await policies.close();
    await iam.close();
  });

  it('take away exactly one binding: other members, other conditions and other roles stay', async () => {
    await hands().removeBinding(owner('user:a@x.example'));
    assert.deepEqual(policies.bindings, [
      { role: 'roles/owner', members: ['user:b@x.example'] },
      { role: 'roles/owner', members: ['user:a@x.example'], condition },
      { role: 'roles/run.viewer', members: ['user:a@x.example'] },
    ]);
    await hands().removeBinding({ ...owner('user:a@x.example'), condition: condition.expression });
    assert.deepEqual(
      policies.bindings.map(({ role }) => role),
      ['roles/owner', 'roles/run.viewer'],
    );
  });

  it('change nothing when it is gone already, so that they can be run again', async () => {
    await hands().removeBinding(owner('user:z@x.example'));
    assert.equal(policies.version, 1);
    assert.deepEqual(policies.faults.calls, ['getIamPolicy']);
  });

  it('never write over what somebody else changed meanwhile', async () => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    policies.faults.next('setIamPolicy', { kind: 'stall', until });
    const removing = hands().removeBinding(owner('user:a@x.example'));
    while (!policies.faults.calls.includes('setIamPolicy')) await new Promise((resolve) => setImmediate(resolve));
    policies.bindings = [...policies.bindings, { role: 'roles/viewer', members: ['user:c@x.example'] }];
    policies.version += 1;
    release();
    await assert.rejects(removing, failsWith('precondition-failed', /run it again/));
    assert.equal(policies.bindings.length, 4);
    assert.equal(policies.bindings[0]?.members.length, 2);
  });

  it('disable an account and delete one key of it', async () => {
    await hands().disableAccount(EMAIL);
    await hands().deleteKey(EMAIL, 'k1');
    assert.equal(iam.accounts[0]?.disabled, true);
    assert.deepEqual(
      iam.keys.get(EMAIL)?.map(({ name }) => name.split('/').at(-1)),
      ['k2'],
    );
  });

  it('name the right that the person lacks', async () => {
    policies.faults.next('setIamPolicy', { kind: 'before', code: 7 });
    await assert.rejects(
      hands().removeBinding(owner('user:a@x.example')),
      failsWith('permission-denied', /lacks resourcemanager\.projects\.setIamPolicy/),
    );
    iam.faults.next('disable', { kind: 'before', code: 403 });
    await assert.rejects(
      hands().disableAccount(EMAIL),
      failsWith('permission-denied', /iam\.serviceAccounts\.disable/),
    );
  });

  it('are part of the command line alone: no function and nothing that one loads can set IAM', () => {
    const files = globSync('{shared,functions}/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
    const naming = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
    assert.deepEqual(naming(/access-change\.ts'/), ['functions/cli/cloud/access.ts']);
    assert.deepEqual(naming(/\.setIamPolicy\(/), ['shared/adapters/gcp/access-change.ts']);
  });
});
