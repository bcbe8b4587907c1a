import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type { Credentials } from '../../shared/ports/credentials.ts';

export interface CredentialsWorld {
  readonly port: Credentials;
  /** The reference by which a configuration names that secret in this world. */
  referenceOf(name: string): string;
  put(name: string, value: string): void;
  close(): Promise<void>;
}

const failsWith =
  (...codes: readonly PortErrorCode[]) =>
  (error: unknown) =>
    error instanceof PortError && error.port === 'credentials' && codes.includes(error.code);

export function credentialsContract(name: string, make: () => Promise<CredentialsWorld>): void {
  describe(`credentials: ${name}`, () => {
    let world: CredentialsWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    it('reads a secret by its reference, anew each time', async () => {
      world.put('GIT_TOKEN', 'first');
      assert.equal(await world.port.secret(world.referenceOf('GIT_TOKEN')), 'first');
      world.put('GIT_TOKEN', 'renewed');
      assert.equal(await world.port.secret(world.referenceOf('GIT_TOKEN')), 'renewed');
    });

    it('takes no value for a reference', async () => {
      for (const text of ['', 'plainly-the-token', 'env:', 'secret://', 'secret://a/../b', 'https://x.example'])
        await assert.rejects(world.port.secret(text), failsWith('unsupported'), text);
    });

    it('never gives an empty secret, nor one that is not there', async () => {
      world.put('EMPTY', '');
      await assert.rejects(world.port.secret(world.referenceOf('EMPTY')), failsWith('unauthenticated'));
      await assert.rejects(world.port.secret(world.referenceOf('NONE')), failsWith('unauthenticated', 'not-found'));
    });

    it('makes no id token for an audience that nobody has allowed', async () => {
      await assert.rejects(
        world.port.idToken('https://elsewhere.example'),
        failsWith('permission-denied', 'unauthenticated'),
      );
    });
  });
}
