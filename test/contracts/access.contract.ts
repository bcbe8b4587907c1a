import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import type { AccessPort, Binding } from '../../shared/ports/access.ts';

/** What an approver's own hands do; `etag` is that of the policy that was read. */
export interface Hands {
  removeBinding(binding: Binding, etag: string): Promise<void>;
  disableAccount(email: string): Promise<void>;
  deleteKey(email: string, keyId: string): Promise<void>;
}

/**
 * `user:a` is owner, plainly and under a condition; `user:b` is owner; `old` is a service account with the keys `k1` and
 * `k2`, made in 2025 by a person; `off` is disabled and has none.
 */
export interface AccessWorld {
  readonly port: AccessPort;
  readonly hands: Hands;
  close(): Promise<void>;
}

export const CONDITION = 'request.time < timestamp("2027-01-01T00:00:00Z")';
export const OLD = 'old@p1.iam.gserviceaccount.com';
export const OFF = 'off@p1.iam.gserviceaccount.com';
export const KEY_AT = '2025-06-01T00:00:00.000Z';

export function accessContract(name: string, make: () => Promise<AccessWorld>): void {
  describe(`access: ${name}`, () => {
    let world: AccessWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    const owners = async () =>
      (await world.port.bindings()).bindings.map(({ member, condition }) => [member, condition]);
    const owner = (member: string, condition: string | null = null) => ({ role: 'roles/owner', member, condition });

    it('lists one binding for each member and condition', async () => {
      const { etag, bindings } = await world.port.bindings();
      assert.notEqual(etag, '');
      assert.deepEqual(bindings, [owner('user:a'), owner('user:b'), owner('user:a', CONDITION)]);
    });

    it('lists service accounts with their keys', async () => {
      const accounts = await world.port.serviceAccounts();
      assert.deepEqual(
        accounts.map(({ email, disabled, keys }) => [email, disabled, keys]),
        [
          [OLD, false, ['k1', 'k2'].map((id) => ({ id, createdAt: KEY_AT, userManaged: true }))],
          [OFF, true, []],
        ],
      );
    });

    it('shows what a person has taken away, and nothing else is gone', async () => {
      const { etag } = await world.port.bindings();
      await world.hands.removeBinding(owner('user:a'), etag);
      assert.deepEqual(await owners(), [
        ['user:b', null],
        ['user:a', CONDITION],
      ]);
      const after = await world.port.bindings();
      assert.notEqual(after.etag, etag);
      await world.hands.removeBinding(owner('user:a', CONDITION), after.etag);
      assert.deepEqual(await owners(), [['user:b', null]]);
    });

    it('shows an account that was disabled and a key that was deleted', async () => {
      await world.hands.disableAccount(OLD);
      await world.hands.deleteKey(OLD, 'k1');
      const [old] = await world.port.serviceAccounts();
      assert.deepEqual([old?.disabled, old?.keys.map(({ id }) => id)], [true, ['k2']]);
    });

    it('refuses hands whose policy was read before somebody else changed it', async () => {
      const { etag } = await world.port.bindings();
      await world.hands.removeBinding(owner('user:b'), etag);
      await world.hands.removeBinding(owner('user:a'), etag).then(
        // Hands that read the policy themselves take it as it is now; those that are given an etag refuse it.
        () => {},
        (error: unknown) => assert.ok(error instanceof PortError && error.code === 'precondition-failed'),
      );
      assert.ok((await owners()).some(([member, condition]) => member === 'user:a' && condition === CONDITION));
    });
  });
}
